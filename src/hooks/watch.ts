/** Waits for a hook: reads what it writes, ends it when its time is over, and reaps it. */

import { viewOf } from '../kernel/bytes.ts';
import { type Call, ignoreErrors, type Results, tolerate } from '../kernel/call.ts';
import { close, read } from '../kernel/calls/file.ts';
import { kill, pidfdOpen, pidfdSendSignal, waitid } from '../kernel/calls/process.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { CLD_EXITED, P_PIDFD, SIGKILL, WEXITED, WNOHANG } from '../kernel/constants/process.ts';
import { EAGAIN, EINTR } from '../kernel/errno.ts';
import { POLLIN, ppoll } from '../kernel/poll.ts';
import type { Exit } from '../kernel/spawn.ts';
import type { Ending } from './failure.ts';
import type { OutputTail } from './output-tail.ts';
import type { HookParent } from './parent.ts';

const PURPOSE = 'wait for the hook';
const CHUNK = 16 * 1024;
/** Milliseconds. A stub that waits does not see that its driver is gone; it shall, soon. */
const LONGEST_POLL = 1000;

/**
 * @param output end to read from of the hook's output, not blocking; it is closed afterwards
 * @param timeout seconds
 */
export function watch(
  parent: HookParent,
  pid: number,
  output: number,
  timeout: number | undefined,
  tail: OutputTail,
): Ending {
  const deadline =
    timeout === undefined ? Number.POSITIVE_INFINITY : monotonicMilliseconds() + timeout * 1000;
  const opened = pidfdOpen(pid);
  const pidfd = parent.run(PURPOSE, [opened]).value(opened);
  try {
    return waitForEnd(parent, { pid, pidfd, output, deadline, tail });
  } finally {
    parent.run(PURPOSE, [close(pidfd), close(output)]);
  }
}

interface Watched {
  readonly pid: number;
  readonly pidfd: number;
  readonly output: number;
  readonly deadline: number;
  readonly tail: OutputTail;
}

function waitForEnd(parent: HookParent, { pid, pidfd, output, deadline, tail }: Watched): Ending {
  // Once every writer has closed the output, polling it would return at once, for ever.
  let open = true;
  const readOutput = (chunk: Call, results: Results): boolean => {
    const length = results.value(chunk);
    if (length === 0) open = false;
    if (length > 0) tail.add(results.bytes(chunk).subarray(0, length));
    return length > 0;
  };
  let exit: Exit | undefined;
  while (!exit) {
    const left = deadline - monotonicMilliseconds();
    if (left <= 0) return end(parent, pid, pidfd);
    const chunk = readSome(output);
    const wait = waitid(P_PIDFD, pidfd, WEXITED | WNOHANG);
    const results = parent.run(PURPOSE, [poll(open ? [pidfd, output] : [pidfd], left), chunk, wait]);
    readOutput(chunk, results);
    exit = exitOf(results.bytes(wait));
  }
  // What it wrote last; not until the end of file: a process that it has left behind may hold the other end.
  for (let chunk = readSome(output); readOutput(chunk, parent.run(PURPOSE, [chunk])); )
    chunk = readSome(output);
  return exit;
}

function readSome(output: number): Call {
  return tolerate(read(output, CHUNK), EAGAIN);
}

function poll(fds: readonly number[], milliseconds: number): Call {
  const pollfds = new Uint8Array(Uint32Array.from(fds.flatMap((fd) => [fd, POLLIN])).buffer);
  const time = Math.ceil(Math.min(milliseconds, LONGEST_POLL));
  return tolerate(ppoll(pollfds, time), EINTR);
}

/** Ends the hook, and what it has started and not put into a group of its own. */
function end(parent: HookParent, pid: number, pidfd: number): 'timeout' {
  // The group may have another leader by now; the hook itself is not reaped yet, so that both numbers are its.
  const killed = [kill(-pid, SIGKILL), pidfdSendSignal(pidfd, SIGKILL)].map(ignoreErrors);
  parent.run(PURPOSE, [...killed, waitid(P_PIDFD, pidfd, WEXITED)]);
  return 'timeout';
}

/** Undefined for a `siginfo_t` that says nothing. */
function exitOf(info: Uint8Array): Exit | undefined {
  const view = viewOf(info);
  if (view.getInt32(0, true) === 0) return undefined;
  const status = view.getInt32(24, true);
  return view.getInt32(8, true) === CLD_EXITED ? { status } : { signal: status };
}
