/**
 * System calls that an installed libseccomp may not know yet. Since Linux 5.1 a call has the same number on all
 * architectures, counted from the start of each table (include/uapi/asm-generic/unistd.h).
 */

import type { Libseccomp } from '../kernel/libseccomp.ts';
import { AUDIT_ARCH_X86_64, X32_TOKEN } from './names.ts';

const FIRST = 424;
/** In the order of their numbers, from `FIRST` on; the last one is of Linux 6.19. */
const names: readonly string[] = [
  ...[
    'pidfd_send_signal',
    'io_uring_setup',
    'io_uring_enter',
    'io_uring_register',
    'open_tree',
    'move_mount',
  ],
  ...[
    'fsopen',
    'fsconfig',
    'fsmount',
    'fspick',
    'pidfd_open',
    'clone3',
    'close_range',
    'openat2',
    'pidfd_getfd',
  ],
  ...['faccessat2', 'process_madvise', 'epoll_pwait2', 'mount_setattr', 'quotactl_fd'],
  ...['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self', 'memfd_secret'],
  ...[
    'process_mrelease',
    'futex_waitv',
    'set_mempolicy_home_node',
    'cachestat',
    'fchmodat2',
    'map_shadow_stack',
  ],
  ...['futex_wake', 'futex_wait', 'futex_requeue', 'statmount', 'listmount', 'lsm_get_self_attr'],
  ...['lsm_set_self_attr', 'lsm_list_modules', 'mseal', 'setxattrat', 'getxattrat', 'listxattrat'],
  ...['removexattrat', 'open_tree_attr', 'file_getattr', 'file_setattr', 'listns'],
];
const numbers: ReadonlyMap<string, number> = new Map(names.map((name, index) => [name, FIRST + index]));

/** arch/x86/entry/syscalls/syscall_64.tbl: those that x86-64 and x32 alone have. */
const onX86: ReadonlyMap<string, number> = new Map([
  ['uretprobe', 335],
  ['uprobe', 336],
]);
const x86Tokens: readonly number[] = [AUDIT_ARCH_X86_64, X32_TOKEN];

/** What every version of libseccomp that we meet has of this table; it tells where a table starts. */
const KNOWN = 'pidfd_send_signal';

/** Whether only some architectures have the call. */
export function isOfX86Alone(name: string): boolean {
  return onX86.has(name);
}

/** @returns undefined for a call that neither libseccomp nor the table above has on this architecture */
export function systemCallNumber(library: Libseccomp, name: string, token: number): number | undefined {
  const known = library.systemCall(name, token);
  if (known !== undefined) return known;
  const number = numbers.get(name) ?? (x86Tokens.includes(token) ? onX86.get(name) : undefined);
  const start = number === undefined ? undefined : library.systemCall(KNOWN, token);
  return number === undefined || start === undefined || start < 0 ? undefined : start - FIRST + number;
}
