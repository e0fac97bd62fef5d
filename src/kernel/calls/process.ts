/** Calls on processes: ids, capabilities, limits, signals, execution. */
import { type Call, call, callWithOut, countedOut, type FdArg, out, stringArray, words } from '../call.ts';
import {
  KEYCTL_DESCRIBE,
  KEYCTL_JOIN_SESSION_KEYRING,
  KEYCTL_READ,
  KEYCTL_SETPERM,
  PR_SET_NAME,
  SIGINFO_SIZE,
  WEXITED,
} from '../constants/process.ts';

/** Bytes; its name is the longest part, and ends behind what is looked at. */
const DESCRIPTION = 512;

export function execve(path: string, argv: readonly string[], envp: readonly string[]): Call {
  return call('execve', path, stringArray(argv), stringArray(envp));
}

export function prctl(option: number, a = 0, b = 0, c = 0, d = 0): Call {
  return call('prctl', option, a, b, c, d);
}

export function setName(name: string): Call {
  return call('prctl', PR_SET_NAME, name);
}

export function setsid(): Call {
  return call('setsid');
}

export function setpgid(pid: number, group: number): Call {
  return call('setpgid', pid, group);
}

export function setresuid(uid: number): Call {
  return call('setresuid', uid, uid, uid);
}

export function setresgid(gid: number): Call {
  return call('setresgid', gid, gid, gid);
}

export function setfsuid(uid: number): Call {
  return call('setfsuid', uid);
}

export function setfsgid(gid: number): Call {
  return call('setfsgid', gid);
}

export function setgroups(gids: readonly number[]): Call {
  return call('setgroups', gids.length, new Uint8Array(new Uint32Array(gids).buffer));
}

/** Sets of capability numbers as bit masks, capset(2) version 3. */
export function capset(sets: {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}): Call {
  const low = (mask: bigint) => Number(mask & 0xffffffffn);
  const high = (mask: bigint) => Number(mask >> 32n);
  const header = new Uint8Array(Uint32Array.of(0x20080522, 0).buffer);
  const { effective, permitted, inheritable } = sets;
  const data = Uint32Array.of(
    ...[low(effective), low(permitted), low(inheritable)],
    ...[high(effective), high(permitted), high(inheritable)],
  );
  return call('capset', header, new Uint8Array(data.buffer));
}

/** @param pid 0 is the caller */
export function prlimit64(pid: number, resource: number, soft: bigint, hard: bigint): Call {
  return call('prlimit64', pid, resource, words(soft, hard), 0);
}

/** Fills in the caller's own limit: soft and hard. */
export function ownLimit(resource: number): Call {
  const limit = out(16);
  return callWithOut('prlimit64', limit, 0, resource, 0, limit);
}

export function pidfdOpen(pid: number): Call {
  return call('pidfd_open', pid, 0);
}

/** The result is a copy of the process's descriptor. Linux 5.6; takes the right to trace the process. */
export function pidfdGetfd(pidfd: FdArg, fd: number): Call {
  return call('pidfd_getfd', pidfd, fd, 0);
}

/** Another process's memory, 8 bytes of it. Takes the right to trace the process. */
export function readMemory(pid: number, address: number): Call {
  const word = out(8);
  return callWithOut('process_vm_readv', word, pid, words(word, 8), 1, words(address, 8), 1, 0);
}

/** The same, zeroed. */
export function clearMemory(pid: number, address: number): Call {
  return call('process_vm_writev', pid, words(new Uint8Array(8), 8), 1, words(address, 8), 1, 0);
}

export function pidfdSendSignal(pidfd: FdArg, signal: number | Call): Call {
  return call('pidfd_send_signal', pidfd, signal, 0, 0);
}

export function kill(pid: number, signal: number): Call {
  return call('kill', pid, signal);
}

/** The answer is a `siginfo_t`. */
export function waitid(idType: number, id: FdArg, options: number = WEXITED): Call {
  const info = out(SIGINFO_SIZE);
  return callWithOut('waitid', info, idType, id, info, options, 0);
}

export function exitGroup(status: number): Call {
  return call('exit_group', status);
}

export function madvise(address: number, length: number, advice: number): Call {
  return call('madvise', address, length, advice);
}

/** keyctl(2): by its name; made if there is none that may be joined. */
export function joinSessionKeyring(name: string): Call {
  return call('keyctl', KEYCTL_JOIN_SESSION_KEYRING, name);
}

export function setKeyPermissions(key: Call, permissions: number): Call {
  return call('keyctl', KEYCTL_SETPERM, key, permissions);
}

/** What it says of itself: type, owner, group, permissions and name. */
export function describeKey(key: Call): Call {
  const memory = countedOut(DESCRIPTION);
  return callWithOut('keyctl', memory, KEYCTL_DESCRIBE, key, memory, DESCRIPTION);
}

/** The result is how many bytes it holds: of a keyring, the numbers of its keys. */
export function readKey(key: Call): Call {
  return call('keyctl', KEYCTL_READ, key, 0, 0);
}

export function geteuid(): Call {
  return call('geteuid');
}
