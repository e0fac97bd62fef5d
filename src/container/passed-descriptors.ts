/**
 * Descriptors of our caller that the container's process gets: first the sockets of a service manager
 * (sd_listen_fds(3)), from 3 on, then those of `--preserve-fds N`.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { callerVariable, isOpenForCaller } from '../host/caller.ts';
import { ownPid } from '../kernel/own-process.ts';

/** Of all, 0 to 2 included. */
const MOST = 64;

export interface ListenDescriptors {
  readonly count: number;
  /** For the container's process. */
  readonly environment: readonly string[];
}

/** The sockets that are meant for this process; undefined where there are none. */
export function listenDescriptors(): ListenDescriptors | undefined {
  const count = Number(callerVariable('LISTEN_FDS') ?? 0);
  if (!Number.isInteger(count) || count <= 0) return undefined;
  // What a service manager gave to our caller was not passed on to us.
  if (callerVariable('LISTEN_PID') !== String(ownPid())) return undefined;
  const names = callerVariable('LISTEN_FDNAMES');
  const named = names === undefined ? [] : [`LISTEN_FDNAMES=${names}`];
  return { count, environment: [`LISTEN_FDS=${count}`, 'LISTEN_PID=1', ...named] };
}

/** @throws RuntimeError `usage` if one of them is not open: it would be one of our own */
export function checkPassedDescriptors(preserved: number, listening = 0): void {
  const count = listening + preserved;
  if (count === 0) return;
  if (count + 3 > MOST) throw new RuntimeError('usage', `at most ${MOST - 3} descriptors can be preserved`);
  for (let fd = 3; fd < count + 3; fd++) {
    if (isOpenForCaller(fd)) continue;
    const first = 3 + listening;
    throw new RuntimeError('usage', `cannot preserve descriptor ${fd}: it is not open`, {
      hint:
        fd < first
          ? `LISTEN_FDS=${listening} passes on the descriptors 3 to ${first - 1}`
          : `--preserve-fds ${preserved} passes on the descriptors ${first} to ${count + 2}`,
    });
  }
}
