/** The first and the last thing that the container's first process does under our direction. */
import { type Call, ignoreErrors, tolerate } from '../kernel/call.ts';
import { close, read, umask, write } from '../kernel/calls/file.ts';
import { madvise, prctl, setName, setsid } from '../kernel/calls/process.ts';
import { acceptDriver } from '../kernel/calls/socket.ts';
import { MADV_DONTNEED, PR_SET_DUMPABLE } from '../kernel/constants/process.ts';
import { EPERM } from '../kernel/errno.ts';
import { INBOX, INBOX_SIZE } from './program.ts';
import { controlOf } from './spawn-step.ts';
import { type Step, step } from './step.ts';

/**
 * A session of its own: no signals from our terminal, no TIOCSTI into it (CVE-2017-5226).
 *
 * @param inherited descriptors that served the stub; they may refer to what the host alone should reach
 */
export function beginStep(inherited: readonly Call[]): Step {
  const closed = inherited.map((fd) => ignoreErrors(close(fd)));
  return step('init', 'begin', '', [...closed, setName('tsrun:[init]'), tolerate(setsid(), EPERM), umask(0)]);
}

/** Nobody in a namespace that it joins may look into it while it works (CVE-2016-9962). */
export function hideStep(): Step {
  return step('init', 'be undumpable', '', [prctl(PR_SET_DUMPABLE, 0)]);
}

const PAGE = 4096;

/**
 * Gives back what the inbox has held: a created container costs a few pages. It is a program of its own, which has to
 * fit into the page that stays.
 */
export function releaseStep(unused: readonly Call[]): Step {
  const calls = [...unused.map(close), madvise(INBOX + PAGE, INBOX_SIZE - PAGE, MADV_DONTNEED)];
  return step('init', 'give memory back', '', calls, { check: () => undefined });
}

/** What `start` does to have the init go on. */
export type Gate =
  /** It writes to a FIFO. */
  | { readonly kind: 'fifo'; readonly fifo: Call }
  /** It connects, and sends programs. */
  | { readonly kind: 'socket'; readonly listener: Call };

/** One byte: an answer is longer. */
const WAITING = new Uint8Array([1]);

/**
 * Says that everything is done, and waits for `start`. A seccomp filter may be in force: these calls must be allowed
 * then (src/seccomp/while-waiting.ts).
 *
 * @param dumpable lets its user look at the process again
 * @param mayClose the control socket, whose other end is closed when `create` is over
 */
export function waitCalls(gate: Gate, dumpable: boolean, mayClose: boolean): readonly Call[] {
  return [
    ...(dumpable ? [prctl(PR_SET_DUMPABLE, 1)] : []),
    write(controlOf.init, WAITING),
    ...(mayClose ? [close(controlOf.init)] : []),
    gate.kind === 'fifo' ? read(gate.fifo, 1) : acceptDriver(gate.listener),
  ];
}
