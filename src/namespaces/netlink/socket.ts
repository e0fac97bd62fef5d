/** A netlink socket in the network namespace of a process of ours: netlink(7). */
import { type Actor, type Live, step } from '../../init/step.ts';
import type { Call } from '../../kernel/call.ts';
import { close } from '../../kernel/calls/file.ts';
import { receive, send, socket } from '../../kernel/calls/socket.ts';
import { AF_NETLINK, SOCK_RAW } from '../../kernel/constants/process.ts';
import {
  type Answers,
  type Attribute,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  parseAnswers,
  request,
} from './message.ts';

/** More than the kernel puts into one message. */
const BUFFER = 32 * 1024;

export interface Request {
  readonly type: number;
  readonly flags?: number;
  readonly struct: Uint8Array;
  readonly attributes?: readonly Attribute[];
}

/** What came of it. */
export interface Outcome {
  readonly errno: number;
  readonly messages: readonly Message[];
}

export class NetlinkSocket {
  readonly #live: Live;
  readonly #actor: Actor;
  readonly #pointer: string;
  readonly #fd: Call;
  #sequence = 0;

  /** @param actor in whose namespace it is opened */
  constructor(live: Live, actor: Actor, pointer: string) {
    this.#live = live;
    this.#actor = actor;
    this.#pointer = pointer;
    // The protocol is 0, NETLINK_ROUTE.
    this.#fd = socket(AF_NETLINK, SOCK_RAW);
    this.#execute('open a netlink socket', [this.#fd]);
  }

  /** @throws RuntimeError where the socket itself fails; what the kernel answers is in the outcome */
  ask({ type, flags = NLM_F_ACK, struct, attributes }: Request): Outcome {
    const sequence = ++this.#sequence;
    const message = request(type, flags, sequence, struct, attributes);
    let answers = this.#receive(sequence, [send(this.#fd, message)]);
    const messages = [...answers.messages];
    while (!answers.finished) {
      answers = this.#receive(sequence, []);
      messages.push(...answers.messages);
    }
    return { errno: answers.errno, messages };
  }

  /** All of a kind. */
  dump(type: number, struct: Uint8Array): Outcome {
    return this.ask({ type, flags: NLM_F_DUMP, struct });
  }

  close(): void {
    this.#execute('close the netlink socket', [close(this.#fd)]);
  }

  #receive(sequence: number, before: readonly Call[]): Answers {
    const received = receive(this.#fd, BUFFER);
    this.#execute('talk to the kernel about interfaces', [...before, received]);
    const { results } = this.#live;
    return parseAnswers(results.bytes(received).subarray(0, results.value(received)), sequence);
  }

  #execute(name: string, calls: readonly Call[]): void {
    this.#live.execute([step(this.#actor, name, this.#pointer, calls)]);
  }
}
