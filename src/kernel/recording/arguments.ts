/** For every system call, the kinds of its arguments. The order is the kernel's. */
import type { Arg, Call } from '../call.ts';
import { F_ADD_SEALS, F_SETFL, O_CREAT } from '../constants/file.ts';
import {
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
  SIOCGIFFLAGS,
  SIOCSIFFLAGS,
  TIOCGPTPEER,
  TIOCSPTLCK,
  TIOCSWINSZ,
} from '../constants/process.ts';
import type { SyscallName } from '../syscall-numbers.ts';
import { bpfArguments } from './bpf.ts';
import { hexadecimal, symbol, symbolSet } from './flags.ts';
import {
  hex,
  hidden,
  type Kind,
  nullTerminated,
  number,
  octal,
  ofNumber,
  plain,
  pointer,
  text,
} from './kind.ts';
import * as T from './structs.ts';
import * as S from './symbols.ts';

const { fd, flags, oneOf, fileMode } = S;
const path = text;
const out = plain;
const size = number;

/** Where the meaning of an argument depends on another one. */
type Row = readonly Kind[] | ((call: Call) => readonly Kind[]);

const rows: Readonly<Record<SyscallName, Row>> = {
  accept4: [fd, pointer, pointer, flags('SOCK_CLOEXEC', 'SOCK_NONBLOCK')],
  bind: [fd, T.socketAddress, size],
  bpf: ({ args }) => bpfArguments(args[0]),
  capset: [T.capabilityHeader, T.capabilityData],
  chdir: [path],
  chroot: [path],
  clock_gettime: [oneOf('CLOCK_'), out],
  clock_nanosleep: [oneOf('CLOCK_'), number, T.timespec, pointer],
  clone: [flags('CLONE_'), pointer, pointer, pointer, pointer, hidden],
  clone3: [T.cloneArgs, size, hidden, hidden, hidden, hidden],
  close: [fd],
  close_range: [number, S.lastFd, flags('CLOSE_RANGE_')],
  connect: [fd, T.socketAddress, size],
  dup3: [fd, number, flags('O_CLOEXEC')],
  epoll_create1: [flags('O_CLOEXEC')],
  epoll_ctl: [fd, number, fd, pointer],
  epoll_pwait: [fd, out, number, number, hidden, hidden],
  eventfd2: [number, hidden],
  execve: [path, nullTerminated(plain), nullTerminated(plain)],
  exit_group: [number],
  faccessat2: [
    fd,
    path,
    flags('X_OK', 'W_OK', 'R_OK'),
    flags('AT_EACCESS', 'AT_EMPTY_PATH', 'AT_SYMLINK_NOFOLLOW'),
  ],
  fchdir: [fd],
  fchmod: [fd, fileMode],
  fchmodat: [fd, path, fileMode],
  fchown: [fd, number, number],
  fchownat: [fd, path, number, number, S.atFlags],
  fcntl: ({ args }) => [fd, oneOf('F_', 'F_SEAL_ALL'), ...fcntlArgument(args[1])],
  fgetxattr: [fd, path, out, size],
  getxattr: [path, path, out, size],
  flistxattr: [fd, out, size],
  flock: [fd, flags('LOCK_')],
  fsconfig: [fd, oneOf('FSCONFIG_'), pointer, pointer, fd],
  fsmount: [fd, flags('FSMOUNT_'), flags('MOUNT_ATTR_')],
  fsetxattr: [fd, path, T.data, size, number],
  fsopen: [path, flags('FSOPEN_')],
  fspick: [fd, path, flags('FSPICK_')],
  fstatfs: [fd, out],
  ftruncate: [fd, size],
  getcwd: [out, size],
  getdents64: [fd, out, size],
  getegid: [],
  geteuid: [],
  getgid: [],
  getgroups: [size, out],
  getpid: [],
  getuid: [],
  ioctl: ({ args }) => [fd, ioctlRequest, ioctlArgument(args[1])],
  ioprio_set: [oneOf('IOPRIO_WHO_'), number, S.ioPriority],
  keyctl: [oneOf('KEYCTL_'), plain, hex, number],
  kill: [number, oneOf('SIG')],
  listen: [fd, number],
  lseek: [fd, size, oneOf('SEEK_')],
  madvise: [hex, size, oneOf('MADV_')],
  memfd_create: [path, flags('MFD_')],
  mkdirat: [fd, path, fileMode],
  mknodat: [fd, path, fileMode, S.device],
  mount: [pointer, path, pointer, flags('MS_'), pointer],
  mount_setattr: [fd, path, S.atFlags, T.mountAttr, size],
  move_mount: [fd, path, fd, path, flags('MOVE_MOUNT_')],
  open_tree: [fd, path, S.openTreeFlags, hidden],
  openat: ({ args }) => [fd, path, S.openFlags, createMode(args[2])],
  openat2: [fd, path, T.openHow, size],
  personality: [oneOf('PER_')],
  pidfd_getfd: [fd, number, hex],
  pidfd_open: [number, hex],
  pidfd_send_signal: [fd, oneOf('SIG'), pointer, hex],
  pipe2: [out, flags('O_CLOEXEC', 'O_NONBLOCK')],
  pivot_root: [path, path],
  ppoll: [T.pollEntry, number, T.timespec, pointer, hidden],
  prctl: ({ args }) => prctlArguments(args),
  prlimit64: [number, S.resource, T.rlimit, pointer],
  process_vm_readv: [number, plain, number, plain, number, hex],
  process_vm_writev: [number, plain, number, plain, number, hex],
  pwrite64: [fd, T.data, size, number],
  read: [fd, out, size],
  readlinkat: [fd, path, out, size],
  renameat2: [fd, path, fd, path, hidden],
  recvfrom: [fd, out, size, flags('MSG_'), pointer, pointer],
  recvmsg: [fd, T.messageHeader, flags('MSG_')],
  rt_sigaction: [number, pointer, pointer, size],
  rt_sigprocmask: [number, pointer, pointer, size],
  sched_setaffinity: [number, size, T.bitSet],
  sched_setattr: [number, T.schedAttr, number],
  seccomp: [oneOf('SECCOMP_SET_'), flags('SECCOMP_FILTER_FLAG_'), T.filterProgram],
  sendfile: [fd, fd, pointer, size],
  sendmsg: [fd, T.messageHeader, flags('MSG_')],
  sendto: [fd, T.data, size, flags('MSG_'), pointer, size],
  set_mempolicy: [S.memoryPolicy, T.bitSet, size],
  setdomainname: [path, size],
  setfsgid: [number],
  setfsuid: [number],
  setgroups: [size, T.groupList],
  sethostname: [path, size],
  setns: [fd, flags('CLONE_NEW')],
  setpgid: [number, number],
  setresgid: [number, number, number],
  setresuid: [number, number, number],
  setsid: [],
  setsockopt: [fd, oneOf('SOL_'), oneOf('SO_'), T.timeval, size],
  signalfd4: [number, pointer, size, flags('O_CLOEXEC', 'O_NONBLOCK')],
  socket: [oneOf('AF_'), S.socketType, number],
  socketpair: [oneOf('AF_'), S.socketType, number, out],
  statx: [fd, path, S.atFlags, flags('STATX_'), out],
  symlinkat: [path, fd, path],
  timerfd_create: [oneOf('CLOCK_'), flags('O_CLOEXEC')],
  timerfd_settime: [fd, number, pointer, pointer],
  umask: [octal],
  umount2: [path, flags('MNT_', 'UMOUNT_')],
  unlinkat: [fd, path, flags('AT_REMOVEDIR')],
  unshare: [flags('CLONE_NEW')],
  waitid: [oneOf('P_'), fd, out, flags('WEXITED', 'WNOHANG', 'WNOWAIT'), pointer],
  write: [fd, T.data, size],
};

/** The kinds of this call's arguments; what has none is written plainly. */
export function argumentKinds(call: Call): readonly Kind[] {
  const row = rows[call.name];
  return typeof row === 'function' ? row(call) : row;
}

/** open(2) looks at the mode only where it creates a file. */
function createMode(openFlags: Arg | undefined): Kind {
  return typeof openFlags === 'number' && openFlags & O_CREAT ? fileMode : hidden;
}

const sealFlags = flags('F_SEAL_');

function fcntlArgument(command: Arg | undefined): readonly Kind[] {
  if (command === F_ADD_SEALS) return [sealFlags];
  return command === F_SETFL ? [S.openFlags] : [number];
}

/** ioctl_ns(2). */
const namespaceRequests: ReadonlyMap<number | bigint, string> = new Map([
  [0xb702, 'NS_GET_PARENT'],
  [0xb703, 'NS_GET_NSTYPE'],
]);

const ioctlNames = symbolSet(['TIOC', 'SIOC']);

const ioctlRequest = ofNumber((value) => {
  const name = namespaceRequests.get(value) ?? symbol(value, ioctlNames);
  return name === String(value) ? hexadecimal(value) : name;
});

const ioctlArguments: ReadonlyMap<Arg, Kind> = new Map<Arg, Kind>([
  [TIOCGPTPEER, S.openFlags],
  [TIOCSPTLCK, T.int],
  [TIOCSWINSZ, T.windowSize],
  [SIOCGIFFLAGS, T.interfaceFlags],
  [SIOCSIFFLAGS, T.interfaceFlags],
]);

function ioctlArgument(request: Arg | undefined): Kind {
  return (request !== undefined && ioctlArguments.get(request)) || plain;
}

const prctlOption = oneOf('PR_', 'PR_CAP_AMBIENT_RAISE', 'PR_CAP_AMBIENT_CLEAR_ALL');
const ambientOperation = oneOf('PR_CAP_AMBIENT_');
const unlessZero: Kind = (arg, context) => (arg === 0 ? undefined : plain(arg, context));

/** Arguments that an option does not use are 0, and left out. */
function prctlArguments(args: readonly Arg[]): readonly Kind[] {
  if (args[0] === PR_CAPBSET_DROP) return [prctlOption, S.capability, unlessZero, unlessZero, unlessZero];
  if (args[0] !== PR_CAP_AMBIENT) return [prctlOption, number, unlessZero, unlessZero, unlessZero];
  const raise = args[1] === PR_CAP_AMBIENT_RAISE ? S.capability : number;
  return [prctlOption, ambientOperation, raise, number, number];
}
