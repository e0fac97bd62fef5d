/** A node's part of Kubernetes: pods and containers through the CRI, a network for them, and the RuntimeClass. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../../setup/patience.ts';
import { busybox, type ContainerdHost, pause } from '../containerd.ts';
import { documented } from '../documented.ts';
import { type CriClient, criClient } from './client.ts';
import type { Answers, ContainerConfig, PodConfig } from './messages.ts';

/** What a network add-on leaves on a node. */
const network = {
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      ipam: { type: 'host-local', ranges: [[{ subnet: '10.88.0.0/24' }]] },
    },
  ],
};

export interface Kubelet extends Disposable {
  readonly cri: CriClient;
  /** Runs a pod's sandbox in the runtime of the RuntimeClass. */
  runPod(name: string, linux?: Partial<PodConfig['linux']>): Promise<Sandbox>;
}

export interface Sandbox {
  readonly id: string;
  readonly config: PodConfig;
  create(name: string, config: Pick<ContainerConfig, 'command'> & Partial<ContainerConfig>): Promise<string>;
}

/** Resolves when the node is ready: containerd, and the network. */
export async function makeKubelet(host: ContainerdHost): Promise<Kubelet> {
  const plugins = host.file('/etc/cni/net.d');
  mkdirSync(plugins, { recursive: true });
  writeFileSync(`${plugins}/10-pods.conflist`, JSON.stringify(network));
  const cri = criClient(host.file('/run/containerd/containerd.sock'));
  await ready(cri);
  for (const image of [busybox, pause]) await cri.call('PullImage', { image: { image } });
  await namePause(host, cri);
  const runtime_handler = /^handler: (.+)$/m.exec(documented('RuntimeClass'))?.[1] ?? '';
  return {
    cri,
    runPod: async (name, linux) => {
      const config = podConfig(name, linux);
      const { pod_sandbox_id: id } = await cri.call('RunPodSandbox', { config, runtime_handler });
      return { id, config, create: (container, more) => create(cri, id, config, container, more) };
    },
    [Symbol.dispose]: () => cri[Symbol.dispose](),
  };
}

/** The pod of docs/engines.md. */
export function documentedPod(): Pick<ContainerConfig, 'image' | 'command'> & {
  readonly runtimeClass: string;
} {
  const pod = documented('Pod');
  const field = (name: string) => new RegExp(`^ *${name}: (.+)$`, 'm').exec(pod)?.[1] ?? '';
  return {
    image: { image: field('image') },
    command: JSON.parse(field('command')),
    runtimeClass: field('runtimeClassName'),
  };
}

async function ready(cri: CriClient): Promise<void> {
  for (const end = Date.now() + patience(60_000); ; await sleep(50)) {
    const { conditions } = (await cri.call('Status', { verbose: false })).status;
    if (conditions.every(({ status }) => status)) return;
    if (Date.now() > end) throw new Error(`the node is not ready: ${JSON.stringify(conditions)}`);
  }
}

/** containerd wants its own image for the process that holds a pod's namespaces; ours gets the name. */
async function namePause({ ctr }: ContainerdHost, cri: CriClient): Promise<void> {
  const { info } = await cri.call('Status', { verbose: true });
  const { sandboxImage } = JSON.parse(info.config ?? '{}');
  const { code, stderr } = await ctr(['--namespace', 'k8s.io', 'image', 'tag', pause, sandboxImage]);
  if (code !== 0) throw new Error(`ctr image tag: ${stderr}`);
}

function podConfig(name: string, linux: Partial<PodConfig['linux']> = {}): PodConfig {
  return {
    metadata: { name, uid: `uid-of-${name}`, namespace: 'default' },
    // The node's, with its network: then there is no UTS namespace.
    hostname: linux.security_context?.namespace_options.network === 'NODE' ? '' : name,
    log_directory: `/var/tmp/${name}`,
    linux: {
      security_context: {
        namespace_options: { pid: 'CONTAINER' },
        seccomp: { profile_type: 'RuntimeDefault' },
      },
      ...linux,
    },
  };
}

async function create(
  cri: CriClient,
  pod_sandbox_id: string,
  sandbox_config: PodConfig,
  name: string,
  more: Pick<ContainerConfig, 'command'> & Partial<ContainerConfig>,
): Promise<string> {
  const { namespace_options } = sandbox_config.linux.security_context;
  const linux = { ...more.linux, security_context: { namespace_options, ...more.linux?.security_context } };
  const config = { metadata: { name }, image: { image: busybox }, log_path: `${name}.log`, ...more, linux };
  const answer: Answers['CreateContainer'] = await cri.call('CreateContainer', {
    ...{ pod_sandbox_id, config, sandbox_config },
  });
  return answer.container_id;
}
