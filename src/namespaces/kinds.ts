/** The kinds of namespaces: config-linux.md (Namespaces), namespaces(7). */
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../kernel/constants/process.ts';
import type { Namespace, NamespaceType } from '../spec/types.ts';

export interface NamespaceKind {
  readonly type: NamespaceType;
  /** For clone(2), unshare(2) and setns(2). */
  readonly flag: number;
  /** Name below /proc/PID/ns, and in the sysctl `user.max_NAME_namespaces`. */
  readonly file: string;
  /** The kernel's build option; a kernel always has mount namespaces. */
  readonly kernelOption?: string;
}

/**
 * In the order of joining. The user namespace has its own rules (join.ts). Mount is last: what is opened by path
 * afterwards is the container's.
 */
export const namespaceKinds: readonly NamespaceKind[] = [
  { type: 'user', flag: CLONE_NEWUSER, file: 'user', kernelOption: 'CONFIG_USER_NS' },
  { type: 'ipc', flag: CLONE_NEWIPC, file: 'ipc', kernelOption: 'CONFIG_IPC_NS' },
  { type: 'uts', flag: CLONE_NEWUTS, file: 'uts', kernelOption: 'CONFIG_UTS_NS' },
  { type: 'network', flag: CLONE_NEWNET, file: 'net', kernelOption: 'CONFIG_NET_NS' },
  { type: 'pid', flag: CLONE_NEWPID, file: 'pid', kernelOption: 'CONFIG_PID_NS' },
  { type: 'cgroup', flag: CLONE_NEWCGROUP, file: 'cgroup', kernelOption: 'CONFIG_CGROUPS' },
  { type: 'time', flag: CLONE_NEWTIME, file: 'time', kernelOption: 'CONFIG_TIME_NS' },
  { type: 'mount', flag: CLONE_NEWNS, file: 'mnt' },
];

export function kindOf(type: NamespaceType): NamespaceKind {
  return namespaceKinds.find((kind) => kind.type === type) as NamespaceKind;
}

/** Whether the container gets a new namespace of this type. */
export function isNew(namespaces: readonly Namespace[], type: NamespaceType): boolean {
  return namespaces.some((namespace) => namespace.type === type && !namespace.path);
}

/**
 * `CLONE_*` of the namespaces that the container's first process is cloned into. Not among them: cgroup, which is
 * unshared once the process is in its cgroup (the namespace's root is the cgroup of that moment), and time, which
 * is unshared before, since its offsets cannot be set once a process is in it.
 */
export function newNamespaceFlags(namespaces: readonly Namespace[]): number {
  let flags = 0;
  for (const { type, flag } of namespaceKinds) {
    if (type !== 'cgroup' && type !== 'time' && isNew(namespaces, type)) flags |= flag;
  }
  return flags;
}

/** A namespace that exists already, to be joined. */
export interface JoinedNamespace {
  readonly kind: NamespaceKind;
  readonly path: string;
  /** JSON pointer of the path. */
  readonly pointer: string;
}

/** The namespaces with a path, in the order of joining. */
export function joined(namespaces: readonly Namespace[]): readonly JoinedNamespace[] {
  return namespaceKinds.flatMap((kind) => {
    const namespace = namespaces.find(({ type }) => type === kind.type);
    if (!namespace?.path) return [];
    return [
      { kind, path: namespace.path, pointer: `/linux/namespaces/${namespaces.indexOf(namespace)}/path` },
    ];
  });
}
