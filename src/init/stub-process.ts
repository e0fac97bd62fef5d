/**
 * Starts the init stub from a sealed memfd: what the container can reach as /proc/self/exe until its own
 * program is executed is a few hundred bytes that nobody can write to (CVE-2019-5736).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { architecture } from '../kernel/architecture.ts';
import { viewOf } from '../kernel/bytes.ts';
import { call, type Out } from '../kernel/call.ts';
import { close, closeRangeCloexec, fcntl, write } from '../kernel/calls/file.ts';
import { setTimeLimit, socketpair } from '../kernel/calls/socket.ts';
import {
  F_ADD_SEALS,
  F_SEAL_ALL,
  F_SETFD,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
} from '../kernel/constants/file.ts';
import { SO_RCVTIMEO, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { EINVAL } from '../kernel/errno.ts';
import { attempt, perform, systemError } from '../kernel/local.ts';
import { spawn } from '../kernel/spawn.ts';
import { decodeBase64 } from './base64.ts';
import { stubBytes } from './stub-bytes.ts';
import { VIGIL_SECONDS } from './vigil.ts';

/** Decoded once: for the executable, when it is built. */
const STUB = decodeBase64(stubBytes[architecture]);

/** Where `control_socket` stands in the stub's file: after the ELF header and two program headers. */
export const CONTROL_OFFSET = 64 + 2 * 56;

/** Both ends of a control socket: ours, and the one a stub holds. */
export interface ControlSocket {
  readonly driver: number;
  readonly stub: number;
}

export function openControlSocket(): ControlSocket {
  const pair = socketpair(SOCK_SEQPACKET);
  const outs = new Map<Out, Uint8Array>();
  const result = attempt(pair, undefined, outs);
  if (result < 0) throw systemError(pair, -result);
  const view = new DataView((outs.get(pair.out as Out) as Uint8Array).slice().buffer);
  const driver = view.getInt32(0, true);
  // A stub that does not answer is looked at.
  perform(setTimeLimit(driver, SO_RCVTIMEO, VIGIL_SECONDS));
  return { driver, stub: view.getInt32(4, true) };
}

/**
 * Starts a stub that reads programs from `controls[0]`. It holds the stub's end of every control socket and
 * `inherited`, standard input, output and error among them, and nothing else.
 *
 * @returns its process id
 */
export function spawnStub(controls: readonly ControlSocket[], inherited: readonly number[]): number {
  const image = STUB.slice();
  viewOf(image).setInt32(CONTROL_OFFSET, (controls[0] as ControlSocket).stub, true);
  const memfd = sealedMemfd(image);
  // Not everything the JS runtime or our caller has open is close-on-exec.
  perform(closeRangeCloexec(3));
  const passed = [0, 1, 2, ...inherited, ...controls.map(({ stub }) => stub)];
  for (const fd of passed) perform(fcntl(fd, F_SETFD, 0));
  try {
    return spawn(`/proc/self/fd/${memfd}`, ['tsrun:init'], []);
  } catch (error) {
    throw explainRefusal(error);
  } finally {
    perform(close(memfd));
    // Until these copies are closed, a stub that dies is not seen as an end of file.
    for (const { stub } of controls) perform(close(stub));
  }
}

function sealedMemfd(image: Uint8Array): number {
  let memfd = attempt(call('memfd_create', 'tsrun-init', MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC));
  // MFD_EXEC is newer (6.3) than memfds.
  if (memfd === -EINVAL) memfd = perform(call('memfd_create', 'tsrun-init', MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (memfd < 0) throw explainRefusal(systemError(call('memfd_create'), -memfd));
  perform(write(memfd, image));
  perform(fcntl(memfd, F_ADD_SEALS, F_SEAL_ALL));
  return memfd;
}

function explainRefusal(error: unknown): unknown {
  if (!(error instanceof RuntimeError) || error.details.errno !== 'EACCES') return error;
  return new RuntimeError('system', 'cannot execute the init stub from a memfd', {
    cause: error,
    hint: 'memfds may not be executed here: sysctl vm.memfd_noexec must be 0 or 1, /proc must be mounted',
  });
}
