import { describe, expect, test } from 'vitest';
import { type Call, call, halves, ignoreErrors, out, tolerate, words } from '../../../src/kernel/call.ts';
import * as bpf from '../../../src/kernel/calls/bpf.ts';
import * as file from '../../../src/kernel/calls/file.ts';
import * as mount from '../../../src/kernel/calls/mount.ts';
import * as namespace from '../../../src/kernel/calls/namespace.ts';
import * as processCalls from '../../../src/kernel/calls/process.ts';
import * as scheduling from '../../../src/kernel/calls/scheduling.ts';
import * as seccomp from '../../../src/kernel/calls/seccomp.ts';
import * as socket from '../../../src/kernel/calls/socket.ts';
import { capabilityNames } from '../../../src/kernel/constants/capability.ts';
import * as C from '../../../src/kernel/constants/file.ts';
import * as M from '../../../src/kernel/constants/mount.ts';
import * as P from '../../../src/kernel/constants/process.ts';
import { resourceNames } from '../../../src/kernel/constants/resource.ts';
import { EEXIST, ENOENT } from '../../../src/kernel/errno.ts';
import { argumentKinds } from '../../../src/kernel/recording/arguments.ts';
import { describeCall, nameResults } from '../../../src/kernel/recording.ts';
import { resolveCapabilities } from '../../../src/process/capabilities.ts';
import { rlimitCalls } from '../../../src/process/rlimits.ts';

const { AT_FDCWD } = C;

/** One call of every constructor, and what is written for it. */
const samples: Readonly<Record<string, readonly (readonly [Call, string])[]>> = {
  schedSetattr: [
    [
      scheduling.schedSetattr(7, {
        ...{ policy: 2, flags: 1, nice: 0, priority: 9, runtime: 0n, deadline: 0n, period: 0n },
      }),
      'sched_setattr(7, {size=56, sched_policy=SCHED_RR, sched_flags=SCHED_FLAG_RESET_ON_FORK, ' +
        'sched_nice=0, sched_priority=9, sched_runtime=0, sched_deadline=0, sched_period=0}, 0)',
    ],
  ],
  schedSetaffinity: [
    [scheduling.schedSetaffinity(Uint8Array.of(9, 0, 128)), 'sched_setaffinity(0, 3, [0, 3, 23])'],
    [scheduling.schedSetaffinity(Uint8Array.of(255, 255)), 'sched_setaffinity(0, 2, [all])'],
  ],
  ioprioSet: [
    [
      scheduling.ioprioSet(0, 3, 4),
      'ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 4))',
    ],
  ],
  setMempolicy: [
    [
      scheduling.setMempolicy(0x4002, new Uint8Array(8).fill(1, 0, 1)),
      'set_mempolicy(MPOL_BIND|MPOL_F_RELATIVE_NODES, [0], 65)',
    ],
    [scheduling.setMempolicy(4, new Uint8Array()), 'set_mempolicy(MPOL_LOCAL, 0, 0)'],
  ],
  personality: [[scheduling.personality(8), 'personality(PER_LINUX32)']],
  openat: [
    [file.openat(AT_FDCWD, '/a', C.O_RDONLY), 'openat(AT_FDCWD, "/a", O_RDONLY|O_CLOEXEC)'],
    [
      file.openat(3, 'a"b', C.O_WRONLY | C.O_CREAT, 0o600),
      'openat(3, "a\\"b", O_WRONLY|O_CREAT|O_CLOEXEC, 0600)',
    ],
    [file.openat(3, 'a', C.O_RDONLY | 0x40000000), 'openat(3, "a", O_RDONLY|O_CLOEXEC|0x40000000)'],
  ],
  openat2: [
    [
      file.openat2(3, '/proc', C.O_PATH | C.O_DIRECTORY, C.RESOLVE_IN_ROOT),
      'openat2(3, "/proc", {flags=O_DIRECTORY|O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
    [
      file.openat2(3, 'a', C.O_RDWR | C.O_CREAT, 0x100, 0o644),
      'openat2(3, "a", {flags=O_RDWR|O_CREAT|O_CLOEXEC, mode=0644, resolve=0x100}, 24)',
    ],
  ],
  openInRoot: [
    [file.openInRoot(3, '/'), 'openat2(3, "/", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24)'],
  ],
  close: [[file.close(3), 'close(3)']],
  closeRangeCloexec: [[file.closeRangeCloexec(3), 'close_range(3, ~0U, CLOSE_RANGE_CLOEXEC)']],
  dup3: [[file.dup3(3, 1, C.O_CLOEXEC), 'dup3(3, 1, O_CLOEXEC)']],
  fcntl: [
    [file.fcntl(3, C.F_SETFD, 0), 'fcntl(3, F_SETFD, 0)'],
    [file.fcntl(3, C.F_SETFL, C.O_NONBLOCK), 'fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK)'],
    [file.fcntl(3, C.F_ADD_SEALS, C.F_SEAL_ALL), 'fcntl(3, F_ADD_SEALS, F_SEAL_ALL)'],
  ],
  read: [[file.read(3, 10), 'read(3, [10 bytes, filled in], 10)']],
  pipe2: [[file.pipe2(), 'pipe2([8 bytes, filled in], O_CLOEXEC)']],
  write: [
    [file.write(3, 'a\n'), 'write(3, "a\\n", 2)'],
    [file.write(3, Uint8Array.of(0, 255)), 'write(3, "\\x00\\xff", 2)'],
  ],
  pwrite64: [[file.pwrite64(3, Buffer.from('a'), 7), 'pwrite64(3, "a", 1, 7)']],
  mkdirat: [[file.mkdirat(3, 'a', 0o1755), 'mkdirat(3, "a", 01755)']],
  mknodat: [
    [file.mknodat(3, 'a', C.S_IFBLK | 0o600, 0x801), 'mknodat(3, "a", S_IFBLK|0600, makedev(8, 1))'],
    [file.mknodat(3, 'a', C.S_IFIFO | 0o600, 0x100), 'mknodat(3, "a", S_IFIFO|0600, makedev(1, 0))'],
  ],
  symlinkat: [[file.symlinkat('to', 3, 'from'), 'symlinkat("to", 3, "from")']],
  renameat2: [[file.renameat2(3, 'a', 4, 'b'), 'renameat2(3, "a", 4, "b")']],
  readlinkat: [[file.readlinkat(3, 'a'), 'readlinkat(3, "a", [4096 bytes, filled in], 4096)']],
  unlinkat: [[file.unlinkat(3, 'a', C.AT_REMOVEDIR), 'unlinkat(3, "a", AT_REMOVEDIR)']],
  fchmodat: [[file.fchmodat(3, 'a', 0o755), 'fchmodat(3, "a", 0755)']],
  fchown: [[file.fchown(3, 1, 2), 'fchown(3, 1, 2)']],
  fchownat: [[file.fchownat(3, '', 1, -1), 'fchownat(3, "", 1, -1, AT_SYMLINK_NOFOLLOW|AT_EMPTY_PATH)']],
  faccessat2: [[file.faccessat2(3, 'a', C.X_OK), 'faccessat2(3, "a", X_OK, AT_EACCESS)']],
  statx: [[file.statx(3, ''), 'statx(3, "", AT_EMPTY_PATH, STATX_BASIC_STATS, [256 bytes, filled in])']],
  getdents64: [[file.getdents64(3, 4096), 'getdents64(3, [4096 bytes, filled in], 4096)']],
  fstatfs: [[file.fstatfs(3), 'fstatfs(3, [120 bytes, filled in])']],
  chdir: [[file.chdir('/'), 'chdir("/")']],
  fchdir: [[file.fchdir(3), 'fchdir(3)']],
  getcwd: [[file.getcwd(16), 'getcwd([16 bytes, filled in], 16)']],
  umask: [[file.umask(0o22), 'umask(022)']],
  ioctl: [
    [file.ioctl(0, P.TIOCSCTTY, 0), 'ioctl(0, TIOCSCTTY, 0)'],
    [file.ioctl(3, P.TIOCGPTPEER, C.O_RDWR), 'ioctl(3, TIOCGPTPEER, O_RDWR)'],
    [file.ioctl(3, P.TIOCSPTLCK, new Uint8Array(4)), 'ioctl(3, TIOCSPTLCK, [0])'],
    [file.ioctl(3, 0x1234, 5), 'ioctl(3, 0x1234, 5)'],
  ],
  ioctlOut: [[file.ioctlOut(3, P.TIOCGPTN, 4), 'ioctl(3, TIOCGPTN, [4 bytes, filled in])']],
  flock: [[file.flock(3, C.LOCK_EX | C.LOCK_NB), 'flock(3, LOCK_EX|LOCK_NB)']],
  fsopen: [[mount.fsopen('proc'), 'fsopen("proc", FSOPEN_CLOEXEC)']],
  fsconfigString: [
    [mount.fsconfigString(3, 'size', '1m'), 'fsconfig(3, FSCONFIG_SET_STRING, "size", "1m", 0)'],
  ],
  fsconfigFd: [[mount.fsconfigFd(3, 'upperdir', 4), 'fsconfig(3, FSCONFIG_SET_FD, "upperdir", NULL, 4)']],
  fsconfigFlag: [[mount.fsconfigFlag(3, 'ro'), 'fsconfig(3, FSCONFIG_SET_FLAG, "ro", NULL, 0)']],
  fsconfigReconfigure: [
    [mount.fsconfigReconfigure(3), 'fsconfig(3, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)'],
  ],
  fchmod: [[file.fchmod(3, 0o644), 'fchmod(3, 0644)']],
  lseek: [[file.lseek(3, 2n ** 62n, C.SEEK_DATA), 'lseek(3, 4611686018427387904, SEEK_DATA)']],
  ftruncate: [[file.ftruncate(3, 10), 'ftruncate(3, 10)']],
  sendfile: [[file.sendfile(4, 3, 10), 'sendfile(4, 3, NULL, 10)']],
  flistxattr: [[file.flistxattr(3, 64), 'flistxattr(3, [64 bytes, filled in], 64)']],
  fgetxattr: [[file.fgetxattr(3, 'user.a', 64), 'fgetxattr(3, "user.a", [64 bytes, filled in], 64)']],
  fsetxattr: [[file.fsetxattr(3, 'user.a', Buffer.from('b')), 'fsetxattr(3, "user.a", "b", 1, 0)']],
  fspick: [[mount.fspick(3), 'fspick(3, "", FSPICK_CLOEXEC|FSPICK_EMPTY_PATH)']],
  mountIdMap: [
    [
      mount.mountIdMap(3, 4, { recursive: true }),
      'mount_setattr(3, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_IDMAP, userns_fd=4}, 32)',
    ],
  ],
  fsconfigCreate: [[mount.fsconfigCreate(3), 'fsconfig(3, FSCONFIG_CMD_CREATE, NULL, NULL, 0)']],
  fsmount: [[mount.fsmount(3, M.MOUNT_ATTR_NODEV), 'fsmount(3, FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV)']],
  cloneTree: [
    [
      mount.cloneTree(3, '', { recursive: true }),
      'open_tree(3, "", OPEN_TREE_CLONE|AT_EMPTY_PATH|AT_RECURSIVE|OPEN_TREE_CLOEXEC)',
    ],
  ],
  moveMount: [
    [mount.moveMount(3, 4), 'move_mount(3, "", 4, "", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)'],
  ],
  mountSetattr: [
    [
      mount.mountSetattr(3, { set: 0x1000001, clear: M.MOUNT_ATTR__ATIME }, { recursive: true }),
      'mount_setattr(3, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY|0x1000000, attr_clr=MOUNT_ATTR__ATIME}, 32)',
    ],
    [
      mount.mountSetattr(3, { propagation: M.MS_SLAVE }, { recursive: false }),
      'mount_setattr(3, "", AT_EMPTY_PATH, {propagation=MS_SLAVE}, 32)',
    ],
  ],
  mountPropagation: [
    [mount.mountPropagation('/', M.MS_SLAVE | M.MS_REC), 'mount(NULL, "/", NULL, MS_REC|MS_SLAVE, NULL)'],
  ],
  pivotRoot: [[mount.pivotRoot('.', '.'), 'pivot_root(".", ".")']],
  chroot: [[mount.chroot('.'), 'chroot(".")']],
  umountDetach: [[mount.umountDetach('.'), 'umount2(".", MNT_DETACH)']],
  clone3: [
    [
      namespace.clone3(P.CLONE_NEWUSER | P.CLONE_PARENT, 5),
      'clone3({flags=CLONE_PARENT|CLONE_NEWUSER, exit_signal=0}, 88)',
    ],
    [
      namespace.clone3(P.CLONE_NEWTIME, 5, 6),
      'clone3({flags=CLONE_NEWTIME|CLONE_INTO_CGROUP, exit_signal=0, cgroup=6}, 88)',
    ],
  ],
  clone: [[namespace.clone(P.CLONE_NEWNS, 5), 'clone(CLONE_NEWNS, NULL, NULL, NULL, NULL)']],
  setns: [[namespace.setns(3, P.CLONE_NEWNET), 'setns(3, CLONE_NEWNET)']],
  unshare: [[namespace.unshare(P.CLONE_NEWCGROUP), 'unshare(CLONE_NEWCGROUP)']],
  sethostname: [[namespace.sethostname('é'), 'sethostname("é", 2)']],
  setdomainname: [[namespace.setdomainname('b'), 'setdomainname("b", 1)']],
  execve: [[processCalls.execve('/a', ['a', 'b, c'], ['D=e']), 'execve("/a", ["a", "b, c"], ["D=e"])']],
  prctl: [
    [processCalls.prctl(P.PR_SET_DUMPABLE, 0), 'prctl(PR_SET_DUMPABLE, 0)'],
    [processCalls.prctl(P.PR_CAPBSET_DROP, 21), 'prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN)'],
    [
      processCalls.prctl(P.PR_CAP_AMBIENT, P.PR_CAP_AMBIENT_RAISE, 5),
      'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)',
    ],
    [processCalls.prctl(999, 1, 2), 'prctl(999, 1, 2)'],
  ],
  setName: [[processCalls.setName('a'), 'prctl(PR_SET_NAME, "a")']],
  setsid: [[processCalls.setsid(), 'setsid()']],
  setpgid: [[processCalls.setpgid(0, 0), 'setpgid(0, 0)']],
  setresuid: [[processCalls.setresuid(1), 'setresuid(1, 1, 1)']],
  setresgid: [[processCalls.setresgid(1), 'setresgid(1, 1, 1)']],
  setfsuid: [[processCalls.setfsuid(1), 'setfsuid(1)']],
  setfsgid: [[processCalls.setfsgid(1), 'setfsgid(1)']],
  setgroups: [[processCalls.setgroups([1, 4294967294]), 'setgroups(2, [1, 4294967294])']],
  capset: [
    [
      processCalls.capset({ effective: 1n, permitted: (1n << 40n) | 1n, inheritable: 0n }),
      'capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, ' +
        '{effective=CAP_CHOWN, permitted=CAP_CHOWN|CAP_CHECKPOINT_RESTORE, inheritable=0})',
    ],
  ],
  ownLimit: [[processCalls.ownLimit(7), 'prlimit64(0, RLIMIT_NOFILE, 0, [16 bytes, filled in])']],
  prlimit64: [
    [
      processCalls.prlimit64(0, 7, 1n, 0xffff_ffff_ffff_ffffn),
      'prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1, rlim_max=RLIM_INFINITY}, NULL)',
    ],
  ],
  setModeFilter: [
    [
      seccomp.setModeFilter(10, new Uint8Array(16)),
      'seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG|SECCOMP_FILTER_FLAG_NEW_LISTENER, {len=2, filter=[2 instructions]})',
    ],
  ],
  loadDeviceProgram: [
    [
      bpf.loadDeviceProgram(new Uint8Array(16), 'tsrun'),
      'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=2, insns=[2 instructions], ' +
        'license="Apache-2.0", prog_name="tsrun"}, 56)',
    ],
  ],
  explainDeviceProgram: [
    [
      bpf.explainDeviceProgram(new Uint8Array(8), 'tsrun', 64),
      'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=1, insns=[1 instructions], ' +
        'license="Apache-2.0", log_level=1, log_size=64, log_buf=[64 bytes, filled in], prog_name="tsrun"}, 56)',
    ],
  ],
  attachDeviceProgram: [
    [
      bpf.attachDeviceProgram(3, 4),
      'bpf(BPF_PROG_ATTACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE, ' +
        'attach_flags=BPF_F_ALLOW_MULTI}, 16)',
    ],
  ],
  replaceDeviceProgram: [
    [
      bpf.replaceDeviceProgram(3, 4, 5),
      'bpf(BPF_PROG_ATTACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE, ' +
        'attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE, replace_bpf_fd=5}, 24)',
    ],
  ],
  detachDeviceProgram: [
    [
      bpf.detachDeviceProgram(3, 4),
      'bpf(BPF_PROG_DETACH, {target_fd=3, attach_bpf_fd=4, attach_type=BPF_CGROUP_DEVICE}, 16)',
    ],
  ],
  queryDevicePrograms: [
    [
      bpf.queryDevicePrograms(3),
      'bpf(BPF_PROG_QUERY, {target_fd=3, attach_type=BPF_CGROUP_DEVICE, prog_ids=[256 bytes, filled in], ' +
        'prog_cnt=64}, 32)',
    ],
  ],
  openProgram: [[bpf.openProgram(7), 'bpf(BPF_PROG_GET_FD_BY_ID, {prog_id=7}, 8)']],
  programInfo: [
    [
      bpf.programInfo(3),
      'bpf(BPF_OBJ_GET_INFO_BY_FD, {bpf_fd=3, info_len=80, info=[80 bytes, filled in]}, 16)',
    ],
  ],
  probeFilterFlags: [
    [seccomp.probeFilterFlags(4), 'seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, 0)'],
  ],
  pidfdGetfd: [[processCalls.pidfdGetfd(7, 3), 'pidfd_getfd(7, 3, 0x0)']],
  readMemory: [
    [
      processCalls.readMemory(7, 4096),
      'process_vm_readv(7, {[8 bytes, filled in], 8}, 1, {4096, 8}, 1, 0x0)',
    ],
  ],
  clearMemory: [
    [
      processCalls.clearMemory(7, 4096),
      'process_vm_writev(7, {"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00", 8}, 1, {4096, 8}, 1, 0x0)',
    ],
  ],
  pidfdOpen: [[processCalls.pidfdOpen(7), 'pidfd_open(7, 0x0)']],
  pidfdSendSignal: [[processCalls.pidfdSendSignal(3, 9), 'pidfd_send_signal(3, SIGKILL, NULL, 0x0)']],
  kill: [[processCalls.kill(7, 15), 'kill(7, 15)']],
  waitid: [[processCalls.waitid(P.P_PID, 7), 'waitid(P_PID, 7, [128 bytes, filled in], WEXITED, NULL)']],
  exitGroup: [[processCalls.exitGroup(1), 'exit_group(1)']],
  madvise: [[processCalls.madvise(0x1000, 4096, P.MADV_DONTNEED), 'madvise(0x1000, 4096, MADV_DONTNEED)']],
  joinSessionKeyring: [[processCalls.joinSessionKeyring('k'), 'keyctl(KEYCTL_JOIN_SESSION_KEYRING, "k")']],
  setKeyPermissions: [
    [
      processCalls.setKeyPermissions(processCalls.joinSessionKeyring('k'), 0x3f1b0000),
      'keyctl(KEYCTL_SETPERM, $?, 0x3f1b0000)',
    ],
  ],
  describeKey: [
    [
      processCalls.describeKey(processCalls.joinSessionKeyring('k')),
      'keyctl(KEYCTL_DESCRIBE, $?, [512 bytes, filled in], 512)',
    ],
  ],
  readKey: [[processCalls.readKey(processCalls.joinSessionKeyring('k')), 'keyctl(KEYCTL_READ, $?, 0x0, 0)']],
  geteuid: [[processCalls.geteuid(), 'geteuid()']],
  socket: [
    [socket.socket(P.AF_UNIX, P.SOCK_SEQPACKET), 'socket(AF_UNIX, SOCK_SEQPACKET|SOCK_CLOEXEC, 0)'],
    [socket.socket(P.AF_INET, P.SOCK_DGRAM), 'socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0)'],
  ],
  bind: [[socket.bind(3, '/s'), 'bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 5)']],
  connect: [
    [socket.connect(3, '\0s'), 'connect(3, {sa_family=AF_UNIX, sun_path="@s"}, 4)'],
    [socket.connect(3, '/s'), 'connect(3, {sa_family=AF_UNIX, sun_path="/s"}, 5)'],
  ],
  listen: [[socket.listen(3, 1), 'listen(3, 1)']],
  accept: [[socket.accept(3), 'accept4(3, NULL, NULL, SOCK_CLOEXEC)']],
  acceptDriver: [[socket.acceptDriver(3), 'accept4(3, NULL, NULL, SOCK_CLOEXEC)']],
  socketpair: [
    [
      socket.socketpair(P.SOCK_STREAM),
      'socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [8 bytes, filled in])',
    ],
  ],
  setTimeLimit: [
    [
      socket.setTimeLimit(3, P.SO_RCVTIMEO, 1),
      'setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, {tv_sec=1, tv_usec=0}, 16)',
    ],
  ],
  send: [[socket.send(3, Uint8Array.of(1)), 'sendto(3, "\\x01", 1, MSG_NOSIGNAL, NULL, 0)']],
  sendAtOnce: [
    [socket.sendAtOnce(3, Uint8Array.of(1)), 'sendto(3, "\\x01", 1, MSG_DONTWAIT|MSG_NOSIGNAL, NULL, 0)'],
  ],
  receive: [[socket.receive(3, 8), 'recvfrom(3, [8 bytes, filled in], 8, 0, NULL, NULL)']],
  sendDescriptor: [
    [
      socket.sendDescriptor(3, 4, 'pty'),
      'sendmsg(3, {msg_iov={iov_base="pty", iov_len=3}, msg_iovlen=1, ' +
        'msg_control={SOL_SOCKET, SCM_RIGHTS, [4]}, msg_controllen=24}, MSG_NOSIGNAL)',
    ],
  ],
};

/** They return no call, or their calls are too odd for a line here. */
const elsewhere = ['receivedDescriptor', 'receiveDescriptor'];

const constructors = [bpf, file, mount, namespace, processCalls, scheduling, seccomp, socket].flatMap(
  (module) => Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
);

const noNames = nameResults([]);

describe('a recorded call', () => {
  test.each(constructors.filter((name) => !elsewhere.includes(name)))(
    'of %s reads as strace(1) has it',
    (name) => {
      expect(samples[name], `add a sample of "${name}"`).toBeDefined();
      for (const [made, text] of samples[name] ?? []) {
        expect(describeCall(made, noNames)).toBe(text);
        expect(argumentKinds(made).length, `kinds of the arguments of ${made.name}`).toBeGreaterThanOrEqual(
          made.args.length,
        );
      }
    },
  );

  test('says which errors are fine', () => {
    const make = file.mkdirat(3, 'a', 0o755);
    expect(describeCall(tolerate(make, EEXIST), noNames)).toBe('mkdirat(3, "a", 0755)  (EEXIST is fine)');
    expect(describeCall(tolerate(make, EEXIST, ENOENT), noNames)).toMatch(/ {2}\(EEXIST, ENOENT are fine\)$/);
    expect(describeCall(ignoreErrors(make), noNames)).toMatch(/ {2}\(any error is fine\)$/);
  });

  test('writes what its row does not foresee as it is', () => {
    const odd = call('close', 3, 'more', words(1, 'two', Uint8Array.of(7)), out(4));
    expect(describeCall(odd, noNames)).toBe('close(3, "more", {1, "two", "\\x07"}, [4 bytes, filled in])');
  });
});

describe('results', () => {
  const opened = file.openat(AT_FDCWD, '/a', C.O_RDONLY);
  const content = file.read(opened, 8);
  const copied = call('write', 1, content.out ?? 0, content);

  test('are named in the order of the calls where something refers to them', () => {
    const calls = [file.chdir('/'), opened, content, copied, file.close(opened)];
    const names = nameResults(calls);
    expect(calls.map((each) => describeCall(each, names))).toEqual([
      'chdir("/")',
      'openat(AT_FDCWD, "/a", O_RDONLY|O_CLOEXEC) = $1',
      'read($1, [8 bytes, filled in], 8) = $2',
      'write(1, [what $2 filled in], $2)',
      'close($1)',
    ]);
  });

  test('are found inside structs', () => {
    const send = socket.sendDescriptor(3, opened, 'x');
    expect(describeCall(send, nameResults([opened, send]))).toContain('SCM_RIGHTS, [$1]');
  });

  test('are found in halves of a word', () => {
    const attach = bpf.attachDeviceProgram(opened, 4);
    expect(describeCall(attach, nameResults([opened, attach]))).toContain('{target_fd=$1, attach_bpf_fd=4,');
    expect(describeCall(call('close', words(halves(opened, 4))), nameResults([opened]))).toBe(
      'close({$?, 4})',
    );
  });

  test('of calls that are not made are called by their handle, or by the system call', () => {
    const [one, two, given] = [call('socket'), call('socket'), call('socket')];
    const calls = [file.close(one), file.close(two), file.close(given)];
    const names = nameResults(calls, new Map([[given, '$listener']]));
    expect(calls.map((each) => describeCall(each, names))).toEqual([
      'close($socket)',
      'close($socket-2)',
      'close($listener)',
    ]);
  });
});

describe('the tables of names', () => {
  test.each(capabilityNames.map((name, number) => [name, number] as const))('number %s', (name, number) => {
    const { masks } = resolveCapabilities({ permitted: [name] }, (1n << 64n) - 1n);
    expect(masks.permitted).toBe(1n << BigInt(number));
  });

  test.each(resourceNames.map((name, number) => [name, number] as const))('agree on %s', (type, number) => {
    const [limit] = rlimitCalls(0, [{ type: type as 'RLIMIT_CPU', soft: 0, hard: 0 }]);
    expect(limit?.call.args[1]).toBe(number);
  });
});
