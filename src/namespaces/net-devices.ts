/**
 * `linux.netDevices`: interfaces of the host moved into the container's network namespace, with their permanent
 * addresses, and brought up: config-linux.md (Network Devices), rtnetlink(7). With the namespace, the kernel gives a
 * physical one back to the host, and a virtual one ends.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Identity } from '../host/identity.ts';
import { action, type Step } from '../init/step.ts';
import { describeErrno, EEXIST, EINVAL, ENODEV, EOPNOTSUPP, EPERM, errnoName } from '../kernel/errno.ts';
import { child } from '../spec/pointer.ts';
import type { Namespace, NetDevices } from '../spec/types.ts';
import { joined } from './kinds.ts';
import {
  type Address,
  addressStruct,
  copiedAttributes,
  describeAddress,
  isKept,
  parseAddress,
  RTM_GETADDR,
  RTM_NEWADDR,
} from './netlink/address.ts';
import {
  type Link,
  linkName,
  linkStruct,
  namespaceOfProcess,
  parseLink,
  RTM_GETLINK,
  RTM_NEWLINK,
} from './netlink/link.ts';
import { NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL } from './netlink/message.ts';
import { NetlinkSocket, type Outcome } from './netlink/socket.ts';

const POINTER = '/linux/netDevices';

interface Device {
  /** On the host. */
  readonly name: string;
  /** In the container; with `%d` the kernel chooses the number. */
  readonly newName: string;
  readonly pointer: string;
}

interface Context {
  readonly namespaces: readonly Namespace[];
  readonly identity: Identity;
  readonly isOwnNamespace: (file: string, path: string) => boolean;
}

/**
 * To be executed before the hooks of `create`, which may configure the interfaces further.
 *
 * @throws RuntimeError where interfaces cannot be moved at all
 */
export function netDeviceSteps(devices: NetDevices | undefined, context: Context): readonly Step[] {
  const all = Object.entries(devices ?? {}).map(([name, { name: newName }]) => ({
    ...{ name, newName: newName || name, pointer: child(POINTER, name) },
  }));
  const [first] = all;
  if (first === undefined) return [];
  refuse(first, context);
  const found = new Map<Device, Found>();
  return [lookStep(all, found), ...all.map((device) => moveStep(device, found))];
}

function refuse({ pointer }: Device, { namespaces, identity, isOwnNamespace }: Context): void {
  if (identity.isRootless) {
    throw new RuntimeError('rootless', 'network devices are not supported for rootless containers', {
      pointer,
      hint: "moving an interface takes the machine's root: remove linux.netDevices, or run as root",
    });
  }
  const path = joined(namespaces).find(({ kind }) => kind.type === 'network')?.path;
  if (path === undefined || !isOwnNamespace('net', path)) return;
  throw new RuntimeError('config', `network devices cannot be moved into "${path}": they are there already`, {
    pointer,
    hint: "it is the host's network namespace: give the container one of its own, without a path",
  });
}

/** What the host knows of an interface. */
interface Found {
  readonly link: Link;
  readonly addresses: readonly Address[];
}

/** Everything is looked at before anything is moved: what is moved does not come back. */
function lookStep(devices: readonly Device[], found: Map<Device, Found>): Step {
  const does = devices.map(({ name }) => `sendto(RTM_GETLINK ${name})`);
  return action('look at the interfaces', POINTER, [...does, 'sendto(RTM_GETADDR)'], (live) => {
    const host = new NetlinkSocket(live, 'runtime', POINTER);
    const container = new NetlinkSocket(live, 'init', POINTER);
    for (const device of devices) found.set(device, lookAt(device, host, container));
    container.close();
    host.close();
  });
}

function lookAt(device: Device, host: NetlinkSocket, container: NetlinkSocket): Found {
  const { name, newName } = device;
  const link = linkByName(host, name);
  if (link === undefined) {
    throw new RuntimeError('config', `the host has no interface "${name}"`, {
      pointer: device.pointer,
      hint: 'see those that it has: ip link',
    });
  }
  if (!newName.includes('%') && linkByName(container, newName) !== undefined) throw nameTaken(device);
  // Before it is taken down: IPv6 addresses do not outlive that.
  const listed = host.dump(RTM_GETADDR, addressStruct({}, 0));
  mustSucceed(listed, 'RTM_GETADDR');
  const addresses = listed.messages.map(parseAddress).filter((one) => one.link === link.index && isKept(one));
  return { link, addresses };
}

function linkByName(socket: NetlinkSocket, name: string): Link | undefined {
  const outcome = socket.ask({ type: RTM_GETLINK, struct: linkStruct(0), attributes: [linkName(name)] });
  const [message] = outcome.messages;
  return message && parseLink(message);
}

function moveStep(device: Device, found: ReadonlyMap<Device, Found>): Step {
  const { name, newName, pointer } = device;
  const title = `move the interface "${name}"${name === newName ? '' : ` as "${newName}"`}`;
  const does = [
    `sendto(RTM_NEWLINK ${name} !IFF_UP)`,
    `sendto(RTM_NEWLINK ${name} IFLA_IFNAME=${newName} IFLA_NET_NS_PID=PID)`,
    `init: sendto(RTM_NEWADDR ${newName})`,
    `init: sendto(RTM_NEWLINK ${newName} IFF_UP)`,
  ];
  return action(title, pointer, does, (live) => {
    const { link, addresses } = found.get(device) as Found;
    const host = new NetlinkSocket(live, 'runtime', pointer);
    const container = new NetlinkSocket(live, 'init', pointer);
    const index = move(device, link, { host, container, pid: live.pid });
    for (const address of addresses) addAddress(container, address, index);
    mustSucceed(container.ask({ type: RTM_NEWLINK, struct: linkStruct(index, true) }), 'RTM_NEWLINK IFF_UP');
    container.close();
    host.close();
  });
}

interface Sides {
  readonly host: NetlinkSocket;
  readonly container: NetlinkSocket;
  readonly pid: number;
}

/** @returns its index in the container, which may be another one */
function move(device: Device, { index }: Link, { host, container, pid }: Sides): number {
  const before = device.newName.includes('%') ? indices(container) : undefined;
  mustSucceed(host.ask({ type: RTM_NEWLINK, struct: linkStruct(index, false) }), 'RTM_NEWLINK');
  const attributes = [linkName(device.newName), namespaceOfProcess(pid)];
  const moved = host.ask({ type: RTM_NEWLINK, struct: linkStruct(index), attributes });
  if (moved.errno === EEXIST) throw nameTaken(device);
  mustSucceed(moved, 'RTM_NEWLINK');
  const arrived = before ? newIndex(container, before) : linkByName(container, device.newName)?.index;
  if (arrived === undefined) throw new RuntimeError('system', 'it did not arrive in the container');
  return arrived;
}

function indices(socket: NetlinkSocket): readonly number[] {
  return socket.dump(RTM_GETLINK, linkStruct(0)).messages.map((message) => parseLink(message).index);
}

function newIndex(socket: NetlinkSocket, before: readonly number[]): number | undefined {
  return indices(socket).find((index) => !before.includes(index));
}

function addAddress(socket: NetlinkSocket, address: Address, index: number): void {
  const added = socket.ask({
    type: RTM_NEWADDR,
    flags: NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
    struct: addressStruct(address, index),
    attributes: copiedAttributes(address),
  });
  mustSucceed(added, `RTM_NEWADDR ${describeAddress(address)}`);
}

function nameTaken({ name, newName, pointer }: Device): RuntimeError {
  return new RuntimeError(
    'config',
    `cannot move the interface "${name}": the container has a "${newName}" already`,
    {
      pointer,
      errno: errnoName(EEXIST),
      hint: 'give it another name there, or one with "%d", for which the kernel finds a number',
    },
  );
}

const HINTS: ReadonlyMap<number, string> = new Map([
  [EINVAL, 'interfaces such as "lo", bridges and some tunnels belong to their network namespace for good'],
  [
    EOPNOTSUPP,
    'interfaces such as "lo", bridges and some tunnels belong to their network namespace for good',
  ],
  [EPERM, 'CAP_NET_ADMIN is missing: over the host, or over the network namespace that is joined'],
  [ENODEV, 'it has gone meanwhile'],
]);

function mustSucceed({ errno }: Outcome, request: string): void {
  if (errno === 0) return;
  const hint = HINTS.get(errno);
  throw new RuntimeError('system', `${request}: ${describeErrno(errno)}`, {
    call: 'sendto',
    errno: errnoName(errno),
    ...(hint === undefined ? {} : { hint }),
  });
}
