/**
 * `linux.sysctl`: values of the container's own namespaces, written below /proc/sys by a process in them: proc_sys(5).
 * Which names may be there has been checked with the configuration.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { openInProcfs, openProcfs } from '../init/procfs.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, call, type FdArg } from '../kernel/call.ts';
import { close, write } from '../kernel/calls/file.ts';
import { setdomainname } from '../kernel/calls/namespace.ts';
import { O_WRONLY } from '../kernel/constants/file.ts';
import {
  describeErrno,
  EACCES,
  EINVAL,
  ENOENT,
  EPERM,
  ERANGE,
  EROFS,
  EXDEV,
  errnoName,
} from '../kernel/errno.ts';
import { child } from '../spec/pointer.ts';
import { namespaceOfSysctl, sysctlPath } from '../spec/sysctl-name.ts';
import type { Namespace, NamespaceType } from '../spec/types.ts';
import { joined, kindOf } from './kinds.ts';

const POINTER = '/linux/sysctl';

/** Whether the file is the namespace that this process is in. @param file its name in /proc/PID/ns */
export type IsOwnNamespace = (file: string, path: string) => boolean;

/**
 * To be executed after the create hooks, which bring interfaces, and before the pivot.
 *
 * @throws RuntimeError `config` where a value would be that of the namespaces that we are in
 */
export function sysctlSteps(
  values: Readonly<Record<string, string>> = {},
  namespaces: readonly Namespace[],
  isOwn: IsOwnNamespace,
): readonly Step[] {
  const entries = Object.entries(values);
  if (entries.length === 0) return [];
  for (const [name] of entries) refuseOfHost(name, namespaces, isOwn);
  const procfs = call('fsmount');
  return [
    openProcfs(procfs, POINTER),
    ...entries.map(([name, value]) => writeStep(procfs, name, value, namespaces)),
    step('init', 'close the procfs', POINTER, [close(procfs)]),
  ];
}

function refuseOfHost(name: string, namespaces: readonly Namespace[], isOwn: IsOwnNamespace): void {
  const type = namespaceOfSysctl(sysctlPath(name) ?? '');
  if (type === undefined) return;
  const path = joined(namespaces).find(({ kind }) => kind.type === type)?.path;
  const isThere = namespaces.some((namespace) => namespace.type === type);
  if (isThere && (path === undefined || !isOwn(kindOf(type).file, path))) return;
  const which = path === undefined ? '' : `, which "${path}" is`;
  throw new RuntimeError(
    'config',
    `sysctl "${name}" is not allowed in the host's ${type} namespace${which}`,
    {
      pointer: child(POINTER, name),
      hint: `give the container a ${type} namespace of its own: {"type": "${type}"} without a path in /linux/namespaces`,
    },
  );
}

function writeStep(procfs: FdArg, name: string, value: string, namespaces: readonly Namespace[]): Step {
  const path = sysctlPath(name) ?? name;
  const pointer = child(POINTER, name);
  return step('init', `set the sysctl "${name}"`, pointer, writeCalls(procfs, path, value), {
    recover: ({ call: failed, errno }) =>
      new RuntimeError(
        'system',
        `cannot set the sysctl "${name}" to "${value}": ${failed.name}: ${describeErrno(errno)}`,
        { pointer, call: failed.name, errno: errnoName(errno), ...hintFor(errno, path, namespaces) },
      ),
  });
}

function writeCalls(procfs: FdArg, path: string, value: string): readonly Call[] {
  // The file is the machine's root's alone, whoever owns the namespace; the call is not.
  if (path === 'kernel/domainname') return [setdomainname(value)];
  const file = openInProcfs(procfs, `sys/${path}`, O_WRONLY);
  return [file, write(file, value), close(file)];
}

const VALUE =
  'the kernel does not take this value: see what it has, and what it may be: sysctl(8), proc_sys(5)';
const READ_ONLY =
  'the /proc that tsrun runs with is masked or read-only, as in a container: give that one an unmasked /proc';

function hintFor(errno: number, path: string, namespaces: readonly Namespace[]): { readonly hint?: string } {
  const type = namespaceOfSysctl(path);
  if (errno === ENOENT) return { hint: missing(path, type) };
  if (errno === EINVAL || errno === ERANGE) return { hint: VALUE };
  if (errno === EROFS || errno === EXDEV) return { hint: READ_ONLY };
  if (errno !== EACCES && errno !== EPERM) return {};
  if (!namespaces.some((namespace) => namespace.type === 'user')) {
    return { hint: `it cannot be written in a ${type} namespace, or at all: it is the machine's` };
  }
  return {
    hint: `this kernel does not let the root of a user namespace set it, or the ${type} namespace is not that user namespace's`,
  };
}

function missing(path: string, type: NamespaceType | undefined): string {
  const own = /^net\/(?:ipv4|ipv6)\/(?:conf|neigh)\/([^/]+)\//.exec(path)?.[1];
  if (own !== undefined && own !== 'all' && own !== 'default') {
    return `is there an interface "${own}" in the container? a hook, or linux.netDevices, has to bring it`;
  }
  return `this kernel has no such sysctl in a new ${type} namespace: is a module missing, or is it the machine's?`;
}
