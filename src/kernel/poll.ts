/** poll(2): blocking for a moment, or on a worker thread while JavaScript and its signal handlers go on. */
import { type Call, call, words } from './call.ts';
import { libcFunction } from './ffi.ts';
import { attempt } from './local.ts';

const POLL = 'int poll(void *fds, ulong count, int timeout)';
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

/** The answers of the single descriptors are not read. */
export function ppoll(pollfds: Uint8Array, milliseconds: number): Call {
  const timeout = words(Math.floor(milliseconds / 1000), Math.floor(milliseconds % 1000) * 1_000_000);
  return call('ppoll', pollfds, pollfds.length / ENTRY, timeout, 0, 0);
}

/**
 * Blocks this thread, JavaScript included.
 *
 * @param milliseconds -1 for ever
 * @returns for each descriptor whether something has happened to it; nothing has when the time is over, or a signal
 *   handler ran
 */
export function pollBlocking(interests: readonly Interest[], milliseconds: number): readonly boolean[] {
  const fds = encode(interests);
  const ready = libcFunction(POLL)(fds, interests.length, milliseconds) > 0;
  const view = new DataView(fds.buffer);
  return interests.map((_, index) => ready && view.getUint16(index * ENTRY + 6, true) !== 0);
}

/**
 * Waits on a worker thread, without a time limit: have a descriptor among them that you can make ready, since
 * an engine does not end while its worker is blocked.
 *
 * @returns for each descriptor whether something has happened to it; an error or a hang-up counts
 */
export function pollAsync(interests: readonly Interest[]): Promise<readonly boolean[]> {
  const fds = encode(interests);
  const view = new DataView(fds.buffer);
  return new Promise((resolve, reject) => {
    libcFunction(POLL).async(fds, interests.length, -1, (error: unknown) => {
      if (error) reject(error);
      else resolve(interests.map((_, index) => view.getUint16(index * ENTRY + 6, true) !== 0));
    });
  });
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
