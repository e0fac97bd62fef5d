/** `linux.devices`: config-linux.md, section Devices. Nodes of the configuration, anywhere in the root. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallStep, type Step, step } from '../init/step.ts';
import { type Call, type FdArg, ignoreErrors, type Results, tolerate } from '../kernel/call.ts';
import { close, fchownat, mknodat, openat, openInRoot, statx } from '../kernel/calls/file.ts';
import { O_DIRECTORY, O_NOFOLLOW, O_PATH, S_IFIFO } from '../kernel/constants/file.ts';
import { EEXIST, EPERM } from '../kernel/errno.ts';
import { decodeStatx, type Status } from '../kernel/statx.ts';
import type { Log } from '../log/log.ts';
import type { Device } from '../spec/types.ts';
import { describeKind, isKind, kindOfDevice, kindOfStatus, makedev, type NodeKind } from './device-number.ts';
import { bindHostDevice } from './host-device.ts';
import { pathComponents } from './resolve-missing.ts';
import { makeDirectories } from './target.ts';

/** What runc makes of a device without a mode. */
const DEFAULT_MODE = 0o666;

/** A device on its way. */
interface Node {
  readonly device: Device;
  readonly path: string;
  readonly name: string;
  readonly kind: NodeKind;
  readonly pointer: string;
  /** The directory that it is made in, and the calls that open it. */
  readonly parent: FdArg;
  readonly opening: readonly Call[];
  readonly closing: readonly Call[];
}

interface Context {
  readonly root: FdArg;
  readonly mayMknod: boolean;
  readonly log: Log;
}

/** Without `.`, `..` and doubled slashes: `/dev/../dev//null` is `/dev/null`. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of pathComponents(path)) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** @param dev the container's /dev, opened; undefined where it is bound from the host and left as it is */
export function configuredDeviceSteps(
  context: Context,
  dev: Call | undefined,
  devices: readonly Device[],
): readonly Step[] {
  return devices.flatMap((device, index) => {
    const path = cleanPath(device.path);
    // The multiplexer is that of the container's own devpts, whatever the configuration says.
    if (path === '/dev/ptmx') return [];
    if (dev === undefined && path.startsWith('/dev/')) return [];
    const node = nodeOf(device, path, index, context.root, dev);
    const isFifo = node.kind.type === S_IFIFO;
    return context.mayMknod || isFifo ? [makeStep(node, context)] : bindSteps(node, context);
  });
}

function nodeOf(device: Device, path: string, index: number, root: FdArg, dev: Call | undefined): Node {
  const end = path.lastIndexOf('/');
  const name = path.slice(end + 1);
  const directory = path.slice(0, end);
  const known = { device, path, name, kind: kindOfDevice(device), pointer: `/linux/devices/${index}` };
  if (dev && directory === '/dev') return { ...known, parent: dev, opening: [], closing: [] };
  const parent = openInRoot(root, directory === '' ? '/' : directory, O_DIRECTORY);
  const opening = [...makeDirectories(root, directory), parent];
  return { ...known, parent, opening, closing: [close(parent)] };
}

function bindSteps(node: Node, { log }: Context): readonly Step[] {
  const { path, name, kind, pointer, parent, opening, closing, device } = node;
  const onFound = (status: Status) => tellWhatDiffers(device, path, status, pointer, log);
  const title = `open the directory of "${path}"`;
  return [
    ...(opening.length > 0 ? [step('init', title, pointer, opening)] : []),
    ...bindHostDevice({ path, name, kind, pointer, parent, onFound }),
    ...(closing.length > 0 ? [step('init', `close the directory of "${path}"`, pointer, closing)] : []),
  ];
}

/** A bound node is the host's own: its mode and owner are not the container's to change. */
function tellWhatDiffers(device: Device, path: string, status: Status, pointer: string, log: Log): void {
  const { fileMode, uid = 0, gid = 0 } = device;
  const mode = status.mode & 0o7777;
  const sameMode = fileMode === undefined || (fileMode & 0o7777) === mode;
  if (sameMode && uid === 0 && gid === 0) return;
  const octal = mode.toString(8).padStart(4, '0');
  log.warning(`device "${path}" is the host's own, bound: it keeps its owner and its mode ${octal}`, {
    pointer,
    hint: 'devices cannot be made here (user namespace, or no CAP_MKNOD): leave out fileMode, uid and gid, or change them on the host',
  });
}

function makeStep(node: Node, context: Context): CallStep {
  const { device, path, name, kind, pointer, parent, opening, closing } = node;
  const mode = kind.type | ((device.fileMode ?? DEFAULT_MODE) & 0o7777);
  const made = tolerate(mknodat(parent, name, mode, makedev(kind)), EEXIST);
  const handle = openat(parent, name, O_PATH | O_NOFOLLOW);
  const status = statx(handle, '');
  const verify = (results: Results) => mustBe(node, decodeStatx(results.bytes(status)));
  const { uid = 0, gid = 0 } = device;
  const calls = [...opening, made, handle, status, ...closing];
  const recover: CallStep['recover'] = ({ call, errno }) => {
    if (call !== made || errno !== EPERM || kind.type === S_IFIFO) return undefined;
    const title = `close the directory of "${path}"`;
    const close = closing.length > 0 ? [step('init', title, pointer, closing.map(ignoreErrors))] : [];
    return [...close, ...bindSteps(node, context)];
  };
  const title = `make the ${describeKind(kind)} "${path}"`;
  // It belongs to root from the beginning.
  if (uid === 0 && gid === 0) {
    return step('init', title, pointer, [...calls, close(handle)], { observe: verify, recover });
  }
  const change = step('init', `change the owner of "${path}"`, pointer, [
    fchownat(handle, '', uid, gid),
    close(handle),
  ]);
  const leave = step('init', `close "${path}"`, pointer, [close(handle)]);
  // What is changed is what was looked at. What was there before keeps its owner, it may be the host's.
  return step('init', title, pointer, calls, {
    recover,
    check: (results) => {
      verify(results);
      return [results.value(made) === 0 ? change : leave];
    },
  });
}

/** Somebody else's node of the same kind will do; anything else is an error by the specification. */
function mustBe({ path, kind, pointer }: Node, status: Status): void {
  if (isKind(status, kind)) return;
  const found = describeKind(kindOfStatus(status));
  throw new RuntimeError('bundle', `cannot make the ${describeKind(kind)} "${path}": a ${found} is there`, {
    pointer,
    hint: 'remove it from the root, or the device from the configuration; a tmpfs at "/dev" begins empty',
  });
}
