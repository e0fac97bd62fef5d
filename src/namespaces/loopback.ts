/** Brings `lo` up in a new network namespace: netdevice(7). */

import { type Step, step } from '../init/step.ts';
import { encodeUtf8, viewOf } from '../kernel/bytes.ts';
import { close, ioctl } from '../kernel/calls/file.ts';
import { socket } from '../kernel/calls/socket.ts';
import { AF_UNIX, IFF_UP, SIOCSIFFLAGS, SOCK_DGRAM } from '../kernel/constants/process.ts';
import type { Namespace } from '../spec/types.ts';
import { isNew } from './kinds.ts';

/** struct ifreq: 16 bytes of name, then a union, here of a short with the flags. */
function interfaceRequest(name: string, flags: number): Uint8Array {
  const request = new Uint8Array(40);
  request.set(encodeUtf8(name));
  viewOf(request).setUint16(16, flags, true);
  return request;
}

/** Nothing where the network namespace is another's: `lo` is its owner's business. */
export function loopbackSteps(namespaces: readonly Namespace[]): readonly Step[] {
  if (!isNew(namespaces, 'network')) return [];
  // The family does not matter to this request, and every kernel that runs the stub has this one.
  const anySocket = socket(AF_UNIX, SOCK_DGRAM);
  const up = ioctl(anySocket, SIOCSIFFLAGS, interfaceRequest('lo', IFF_UP));
  return [
    step('init', 'bring the interface "lo" up', '/linux/namespaces', [anySocket, up, close(anySocket)]),
  ];
}
