/** The kinds of arguments that are structs in memory. */
import { decodeUtf8 } from '../bytes.ts';
import { schedulingFlags } from '../constants/scheduling.ts';
import { flagWords, symbol, symbolSet } from './flags.ts';
import { type Kind, number, ofBytes, plain, pointer, quote, quoteBytes, struct } from './kind.ts';
import { capabilityList, fd, fileMode, flags, limit, openFlags } from './symbols.ts';

/** struct open_how, openat2(2). */
export const openHow: Kind = struct({ flags: openFlags, mode: fileMode, resolve: flags('RESOLVE_') }, [
  'flags',
]);

const attributes = flags('MOUNT_ATTR_');

/** struct mount_attr, mount_setattr(2). */
export const mountAttr: Kind = struct({
  attr_set: attributes,
  attr_clr: attributes,
  propagation: flags('MS_'),
  userns_fd: fd,
});

/** struct clone_args, clone3(2). */
export const cloneArgs: Kind = struct(
  {
    flags: flags('CLONE_'),
    pidfd: pointer,
    child_tid: pointer,
    parent_tid: pointer,
    exit_signal: number,
    stack: pointer,
    stack_size: number,
    tls: pointer,
    set_tid: pointer,
    set_tid_size: number,
    cgroup: fd,
  },
  ['flags', 'exit_signal'],
);

export const rlimit: Kind = struct({ rlim_cur: limit, rlim_max: limit }, ['rlim_cur', 'rlim_max']);

export const timeval: Kind = struct({ tv_sec: number, tv_usec: number }, ['tv_sec', 'tv_usec']);

export const timespec: Kind = struct({ tv_sec: number, tv_nsec: number }, ['tv_sec', 'tv_nsec']);

const iovec = struct({ iov_base: plain, iov_len: number });

/** Takes the descriptor of SCM_RIGHTS out of a control message of three words. */
const control: Kind = (arg, context) =>
  typeof arg === 'object' && 'kind' in arg && arg.kind === 'words' && arg.words.length === 3
    ? `{SOL_SOCKET, SCM_RIGHTS, [${plain(arg.words[2] ?? 0, context)}]}`
    : plain(arg, context);

/** struct msghdr, sendmsg(2). */
export const messageHeader: Kind = struct({
  msg_name: pointer,
  msg_namelen: number,
  msg_iov: iovec,
  msg_iovlen: number,
  msg_control: control,
  msg_controllen: number,
  msg_flags: flags('MSG_'),
});

/** struct sockaddr_un. */
export const socketAddress: Kind = ofBytes((_, bytes) => {
  const abstract = bytes[2] === 0;
  const end = bytes.indexOf(0, 3);
  const name = decodeUtf8(bytes.subarray(abstract ? 3 : 2, end === -1 ? undefined : end));
  const path = abstract ? `@${name}` : name;
  return `{sa_family=AF_UNIX, sun_path=${quote(path)}}`;
});

export const groupList: Kind = ofBytes((view) => {
  return `[${Array.from({ length: view.byteLength / 4 }, (_, index) => view.getUint32(index * 4, true)).join(', ')}]`;
});

/** capget(2): the header. */
export const capabilityHeader: Kind = ofBytes((view) => {
  const version = view.getUint32(0, true);
  const name = version === 0x20080522 ? '_LINUX_CAPABILITY_VERSION_3' : `0x${version.toString(16)}`;
  return `{version=${name}, pid=${view.getInt32(4, true)}}`;
});

/** capget(2): low halves of the three sets, then the high ones. */
export const capabilityData: Kind = ofBytes((view) => {
  const set = (index: number) =>
    BigInt(view.getUint32(index * 4, true)) | (BigInt(view.getUint32(12 + index * 4, true)) << 32n);
  const [effective, permitted, inheritable] = [0, 1, 2].map((index) => capabilityList(set(index)));
  return `{effective=${effective}, permitted=${permitted}, inheritable=${inheritable}}`;
});

export const int: Kind = ofBytes((view) => `[${view.getInt32(0, true)}]`);

/** struct winsize, ioctl_tty(2). */
export const windowSize: Kind = ofBytes((view) => {
  const [rows, columns] = [view.getUint16(0, true), view.getUint16(2, true)];
  return `{ws_row=${rows}, ws_col=${columns}}`;
});

const interfaceFlagNames = symbolSet(['IFF_']);

/** struct ifreq with its flags, netdevice(7). */
export const interfaceFlags: Kind = ofBytes((view, bytes) => {
  const name = decodeUtf8(bytes.subarray(0, 16)).replace(/\0.*$/s, '');
  return `{ifr_name=${quote(name)}, ifr_flags=${flagWords(view.getUint16(16, true), interfaceFlagNames)}}`;
});

const pollEvents = symbolSet(['POLL']);

/** struct pollfd, poll(2). */
export const pollEntry: Kind = ofBytes((view) => {
  const events = symbol(view.getUint16(4, true), pollEvents);
  return `[{fd=${view.getInt32(0, true)}, events=${events === '1' ? 'POLLIN' : events}}]`;
});

/** A set of small numbers: processors, memory nodes. */
export const bitSet: Kind = ofBytes((_, bytes) => {
  const members = [...bytes].flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit),
  );
  return members.length === bytes.length * 8 ? '[all]' : `[${members.join(', ')}]`;
});

const policies = symbolSet(['SCHED_'], Object.keys(schedulingFlags));
const schedFlags = symbolSet(['SCHED_FLAG_']);

/** struct sched_attr, sched_setattr(2). */
export const schedAttr: Kind = ofBytes((view) => {
  const policy = symbol(view.getUint32(4, true), policies);
  const time = (offset: number) => view.getBigUint64(offset, true);
  return [
    `{size=${view.getUint32(0, true)}, sched_policy=${policy}`,
    `sched_flags=${flagWords(time(8), schedFlags)}`,
    `sched_nice=${view.getInt32(16, true)}, sched_priority=${view.getUint32(20, true)}`,
    `sched_runtime=${time(24)}, sched_deadline=${time(32)}, sched_period=${time(40)}}`,
  ].join(', ');
});

/** Eight bytes to an instruction: nobody reads hundreds of them. */
export const instructions: Kind = (arg, context) =>
  arg instanceof Uint8Array ? `[${arg.length / 8} instructions]` : plain(arg, context);

/** struct sock_fprog, seccomp(2). */
export const filterProgram: Kind = struct({ len: number, filter: instructions });

/** What is written or sent: text, or octets. */
export const data: Kind = (arg, context) =>
  arg instanceof Uint8Array ? quoteBytes(arg) : plain(arg, context);
