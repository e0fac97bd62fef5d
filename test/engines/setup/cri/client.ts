/** A client of Kubernetes' Container Runtime Interface: what a kubelet is to containerd. */
import { join } from 'node:path';
import { credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { patience } from '../../../setup/patience.ts';
import type { Answers, Requests } from './messages.ts';

export type Method = keyof Requests;

export interface CriClient extends Disposable {
  call<M extends Method>(method: M, request: Requests[M]): Promise<Answers[M]>;
}

const options = { keepCase: true, longs: Number, enums: String, defaults: true };

/** @param socket containerd's, with its whole path */
export function criClient(socket: string): CriClient {
  const definition = loadSync(join(import.meta.dirname, 'runtime-v1.proto'), options);
  const { runtime } = loadPackageDefinition(definition) as unknown as Loaded;
  const make = (Service: ServiceClass) => new Service(`unix:${socket}`, credentials.createInsecure());
  const [runtimes, images] = [make(runtime.v1.RuntimeService), make(runtime.v1.ImageService)];
  return {
    call: (method, request) =>
      new Promise((resolve, reject) => {
        const service = method === 'PullImage' ? images : runtimes;
        const deadline = Date.now() + patience(90_000);
        service[method](request, { deadline }, (error, answer) =>
          error ? reject(error) : resolve(answer as Answers[typeof method]),
        );
      }),
    [Symbol.dispose]: () => {
      for (const service of [runtimes, images]) service.close();
    },
  };
}

type Call = (
  request: object,
  options: { deadline: number },
  done: (error: ServiceError | null, answer: unknown) => void,
) => void;

type Service = Record<Method, Call> & { close(): void };

type ServiceClass = new (address: string, credentials: object) => Service;

interface Loaded {
  readonly runtime: { readonly v1: Record<'RuntimeService' | 'ImageService', ServiceClass> };
}
