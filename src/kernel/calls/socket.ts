/** Calls on Unix sockets. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { encodeUtf8, viewOf } from '../bytes.ts';
import {
  type Arg,
  type Call,
  call,
  callWithOut,
  callWithStruct,
  countedOut,
  type FdArg,
  out,
  words,
} from '../call.ts';
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  SCM_RIGHTS,
  SOCK_CLOEXEC,
  SOL_SOCKET,
} from '../constants/process.ts';

/**
 * struct sockaddr_un; a name that begins with a NUL is an abstract one, unix(7).
 *
 * @throws RuntimeError for more than 107 bytes: go through `/proc/self/fd/N/name`
 */
function unixAddress(path: string): Uint8Array {
  const name = encodeUtf8(path);
  if (name.length > 107) {
    throw new RuntimeError('usage', `the path of a socket, ${name.length} bytes, is too long`, {
      hint: 'its name may have some 80 bytes: unix(7)',
    });
  }
  const address = new Uint8Array(2 + name.length + (path.startsWith('\0') ? 0 : 1));
  viewOf(address).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  return address;
}

export function socket(domain: number, type: number): Call {
  return call('socket', domain, type | SOCK_CLOEXEC, 0);
}

export function bind(fd: FdArg, path: string): Call {
  const address = unixAddress(path);
  return call('bind', fd, address, address.length);
}

export function connect(fd: FdArg, path: string): Call {
  const address = unixAddress(path);
  return call('connect', fd, address, address.length);
}

export function listen(fd: FdArg, backlog: number): Call {
  return call('listen', fd, backlog);
}

/** The result is the connection. */
export function accept(fd: FdArg): Call {
  return call('accept4', fd, 0, 0, SOCK_CLOEXEC);
}

/** What connects becomes the stub's driver. */
export function acceptDriver(fd: FdArg): Call {
  return { ...call('accept4', fd, 0, 0, SOCK_CLOEXEC), effect: 'control' };
}

/** The answer is two 32-bit descriptors. */
export function socketpair(type: number): Call {
  const pair = out(8);
  return callWithOut('socketpair', pair, AF_UNIX, type | SOCK_CLOEXEC, 0, pair);
}

export function send(fd: FdArg, bytes: Uint8Array): Call {
  return call('sendto', fd, bytes, bytes.length, MSG_NOSIGNAL, 0, 0);
}

/** EAGAIN where it would have to wait. */
export function sendAtOnce(fd: FdArg, bytes: Uint8Array): Call {
  return call('sendto', fd, bytes, bytes.length, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
}

/** The result is the number of bytes received, 0 at end of file. */
export function receive(fd: FdArg, size: number, flags = 0): Call {
  const memory = countedOut(size);
  return callWithOut('recvfrom', memory, fd, memory, size, flags, 0, 0);
}

/**
 * From now on a call that waits for the other side ends with EAGAIN after so long.
 *
 * @param option SO_RCVTIMEO or SO_SNDTIMEO
 */
export function setTimeLimit(fd: FdArg, option: number, seconds: number): Call {
  return call('setsockopt', fd, SOL_SOCKET, option, words(seconds, 0), 16);
}

/** Sends one descriptor (SCM_RIGHTS) with `text` as the payload. */
export function sendDescriptor(fd: FdArg, descriptor: FdArg, text: string): Call {
  const payload = encodeUtf8(text);
  const control = words(20, cmsgType, descriptor as Arg);
  const message = words(0, 0, words(payload, payload.length), 1, control, 24, 0);
  return callWithStruct('sendmsg', control, fd, message, MSG_NOSIGNAL);
}

/** cmsg_level and cmsg_type, two ints, as one word. */
const cmsgType = (BigInt(SCM_RIGHTS) << 32n) | BigInt(SOL_SOCKET);

/** Receives a descriptor; read it with `receivedDescriptor`. */
export function receiveDescriptor(fd: FdArg): Call {
  const control = out(24);
  const message = words(0, 0, words(new Uint8Array(256), 256), 1, control, 24, 0);
  return callWithOut('recvmsg', control, fd, message, MSG_CMSG_CLOEXEC);
}

/** The descriptor in the control message, or undefined where there is none. */
export function receivedDescriptor(control: Uint8Array): number | undefined {
  const view = viewOf(control);
  const carried = view.getBigUint64(0, true) >= 20n && view.getBigUint64(8, true) === cmsgType;
  return carried ? view.getInt32(16, true) : undefined;
}
