/** epoll(7), where a poll has to be data before its descriptor is known: struct pollfd holds it in half a word. */
import { viewOf } from '../bytes.ts';
import { type Call, call, callWithOut, type FdArg, out } from '../call.ts';

/** linux/eventpoll.h */
export const EPOLLIN = 1;
const EPOLL_CLOEXEC = 0x80000;
const EPOLL_CTL_ADD = 1;
/** Bytes of struct epoll_event: 12 on x86-64, where it is packed. */
const EVENT_SIZE = 16;

export function epollCreate(): Call {
  return call('epoll_create1', EPOLL_CLOEXEC);
}

export function epollAdd(epoll: FdArg, fd: FdArg, events: number): Call {
  const event = new Uint8Array(EVENT_SIZE);
  viewOf(event).setUint32(0, events, true);
  return call('epoll_ctl', epoll, EPOLL_CTL_ADD, fd, event);
}

/**
 * For one event.
 *
 * @param timeout milliseconds
 */
export function epollWait(epoll: FdArg, timeout: number): Call {
  const event = out(EVENT_SIZE);
  return callWithOut('epoll_pwait', event, epoll, event, 1, timeout, 0, 0);
}
