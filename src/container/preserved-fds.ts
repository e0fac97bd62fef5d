/** `--preserve-fds N`: descriptors 3 to N+2 of our caller, for the container. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { callerReport } from '../host/caller.ts';

/** The launcher reports so many. */
const REPORTED = 64;

/** @throws RuntimeError `usage` where one of them is not open: it would be one of the engine's own */
export function checkPreservedFds(count: number): void {
  const open = callerReport()?.openDescriptors;
  if (count === 0 || open === undefined) return;
  if (count + 3 > REPORTED)
    throw new RuntimeError('usage', `at most ${REPORTED - 3} descriptors can be preserved`);
  for (let fd = 3; fd < count + 3; fd++) {
    if ((open >> BigInt(fd)) & 1n) continue;
    throw new RuntimeError('usage', `cannot preserve descriptor ${fd}: it is not open`, {
      hint: `--preserve-fds ${count} passes on the descriptors 3 to ${count + 2}`,
    });
  }
}
