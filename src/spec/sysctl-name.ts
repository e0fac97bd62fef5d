/** Names of sysctls, and the kinds of namespaces that they belong to: sysctl(8), namespaces(7). */

import type { NamespaceType } from './types.ts';

/**
 * Below /proc/sys. As sysctl(8) has it, the first separator decides: with a dot, a slash stands for a dot within
 * a part (`net.ipv4.conf.eth0/1.forwarding`); with a slash, the name is the path already.
 *
 * @returns undefined for what is no name of a file below /proc/sys
 */
export function sysctlPath(name: string): string | undefined {
  const separator = /[./]/.exec(name)?.[0];
  const path = separator === '.' ? name.replace(/[./]/g, (one) => (one === '.' ? '/' : '.')) : name;
  const parts = path.split('/');
  const proper = parts.length > 1 && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  return proper ? path : undefined;
}

/** ipc_namespaces(7), and the kernel's ipc/ipc_sysctl.c. */
const OF_IPC = new Set(
  [
    ...['msgmax', 'msgmnb', 'msgmni', 'msg_next_id', 'auto_msgmni', 'sem', 'sem_next_id'],
    ...['shmall', 'shmmax', 'shmmni', 'shm_next_id', 'shm_rmid_forced'],
  ].map((name) => `kernel/${name}`),
);

/**
 * Which namespace has a value of its own.
 *
 * @param path see `sysctlPath`
 * @returns undefined where the machine has one value only
 */
export function namespaceOfSysctl(path: string): NamespaceType | undefined {
  if (path.startsWith('net/')) return 'network';
  if (path.startsWith('fs/mqueue/') || OF_IPC.has(path)) return 'ipc';
  if (path.startsWith('user/')) return 'user';
  return path === 'kernel/domainname' || path === 'kernel/hostname' ? 'uts' : undefined;
}
