/** Waiting on descriptors, poll(2). */
import { jsRuntime } from '#js-runtime';
import { type Call, callWithOut, inOut, type Out } from './call.ts';
import { attempt } from './local.ts';
import { timespec } from './timespec.ts';

/** sizeof(struct pollfd): int fd, short events, short revents. */
const ENTRY = 8;

export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;

export interface Interest {
  readonly fd: number;
  /** `POLLIN`, `POLLOUT` */
  readonly events: number;
}

/** The first few of what a signal handler interrupts end early. */
export type Readiness = 'ready' | 'timeout' | 'interrupted';

/**
 * Blocks this thread, JavaScript included, until the descriptor is readable (or what is asked of it), a signal
 * handler ran (ppoll(2) is never restarted after one), or the time is over.
 */
export function pollBriefly(fd: number, milliseconds: number, events: number = POLLIN): Readiness {
  const ready = attempt(ppoll(encode([{ fd, events }]), milliseconds));
  if (ready > 0) return 'ready';
  return ready === 0 ? 'timeout' : 'interrupted';
}

/** The answers for each descriptor are in what the call fills in. */
export function ppoll(pollfds: Uint8Array, milliseconds: number): Call {
  const memory = inOut(pollfds);
  const limit = milliseconds < 0 ? 0 : timespec(milliseconds);
  return callWithOut('ppoll', memory, memory, pollfds.length / ENTRY, limit, 0, 0);
}

/**
 * Blocks this thread, JavaScript included.
 *
 * @param milliseconds -1 for ever
 * @returns for each descriptor whether something has happened to it; nothing has when the time is over, or a signal
 *   handler ran
 */
export function pollBlocking(interests: readonly Interest[], milliseconds: number): readonly boolean[] {
  const wait = ppoll(encode(interests), milliseconds);
  const outs = new Map<Out, Uint8Array>();
  const ready = attempt(wait, undefined, outs) > 0;
  const answers = outs.get(wait.out as Out) as Uint8Array;
  return interests.map((_, index) => ready && hasHappened(answers, index));
}

/**
 * Waits without a time limit. Node's event loop runs meanwhile; it does not end while it waits, so have a descriptor
 * among them that you can make ready.
 *
 * @returns for each descriptor whether something has happened to it; an error or a hang-up counts
 */
export async function poll(interests: readonly Interest[]): Promise<readonly boolean[]> {
  const { eventLoop } = jsRuntime;
  if (!eventLoop) return pollBlocking(interests, -1);
  const pollfds = encode(interests);
  await eventLoop.poll(pollfds);
  return interests.map((_, index) => hasHappened(pollfds, index));
}

/** By `revents`. */
function hasHappened(pollfds: Uint8Array, index: number): boolean {
  return (pollfds[index * ENTRY + 6] ?? 0) !== 0;
}

function encode(interests: readonly Interest[]): Uint8Array<ArrayBuffer> {
  const fds = new Uint8Array(interests.length * ENTRY);
  const view = new DataView(fds.buffer);
  interests.forEach(({ fd, events }, index) => {
    view.setInt32(index * ENTRY, fd, true);
    view.setUint16(index * ENTRY + 4, events, true);
  });
  return fds;
}
