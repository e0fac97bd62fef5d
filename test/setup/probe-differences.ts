/**
 * What a process in tsrun's container sees otherwise than in runc's 1.1 or crun's 1.8, and why that is so. Lines of
 * the report that only one side has are accepted where an entry matches them; docs/differences.md says the same.
 */
import type { Oracle } from './probe-variants.ts';

export interface AcceptedDifference {
  /** The heading in docs/differences.md. */
  readonly title: string;
  readonly against: readonly Oracle[];
  readonly sections: readonly string[];
  /** Only in variants with such a name. */
  readonly variants?: RegExp;
  /** Lines that tsrun's report alone has. */
  readonly tsrun?: RegExp;
  /** Lines that the other's report alone has. */
  readonly other?: RegExp;
}

const both = ['runc', 'crun'] as const;

export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    title: 'Masked files are the null device of the host',
    against: both,
    sections: ['mounts'],
    tsrun: /^\S+ devtmpfs \/null rw,\S+ (shared )?- devtmpfs /,
    other: /^\S+ (tmpfs \/null r[ow],nosuid|devtmpfs \/null ro,\S+) (shared )?- /,
  },
  {
    title: 'Masked directories are covered by an empty tmpfs that cannot be filled',
    against: both,
    sections: ['mounts'],
    tsrun: /^\S+ tmpfs \/ ro,relatime (shared )?- tmpfs ro,size=4k,nr_inodes=1/,
    other: /^\S+ tmpfs \/ ro,relatime (shared )?- tmpfs (ro|rw,size=0k)\b/,
  },
  {
    title: '/dev/core is always there',
    against: both,
    sections: ['devices'],
    tsrun: /^'\/dev\/core' -> '\/proc\/kcore'/,
  },
  {
    title: 'A read-only mount is a read-only filesystem',
    against: ['crun'],
    sections: ['mounts'],
    tsrun: /^\/sys sysfs \/ ro,\S+ (shared )?- sysfs ro$/,
    other: /^\/sys sysfs \/ ro,\S+ (shared )?- sysfs rw$/,
  },
  {
    title: 'The session keyring has a name that others cannot know',
    against: ['crun'],
    sections: ['keys'],
    tsrun: /keyring +_ses\.ID\.[0-9a-f-]{36}: empty$/,
    other: /keyring +(_ses\.)?ID: empty$/,
  },
  {
    title: 'The session keyring has a name that others cannot know',
    against: ['runc'],
    sections: ['keys'],
    tsrun: / perm 3f080000 .* _ses\.ID\.[0-9a-f-]{36}: empty$/,
    other: / perm 3f1(b0000|30008) .* _ses\.ID: empty$/,
  },
  {
    title: "The soft limit of open files is the caller's",
    against: ['runc'],
    sections: ['limits'],
    variants: /limit of open files/,
    tsrun: /^Max open files +(100|333) /,
    other: /^Max open files /,
  },
  {
    title: 'No signal is blocked',
    against: ['runc'],
    sections: ['status'],
    variants: /blocks SIGTERM/,
    tsrun: /^SigBlk: 0+$/,
    other: /^SigBlk: 0+200$/,
  },
  {
    title: 'Closed standard streams are /dev/null',
    against: ['runc'],
    sections: ['descriptors'],
    variants: /closed/,
    tsrun: /^[012] \/dev\/null /,
    other: /^[012] (\/sys\/fs\/cgroup|anon_inode:\S*|pipe) /,
  },
  {
    title: 'HOME is always set',
    against: both,
    sections: ['environment'],
    variants: /passwd|HOME|bind mounts/,
    tsrun: /^HOME=\/(root)?$/,
    other: /^HOME=$/,
  },
  {
    title: 'A tmpfs takes the mode of the directory it covers, unless an option says otherwise',
    against: both,
    sections: ['directories'],
    variants: /^tmpfs/,
    tsrun: /^\/tmp drwxrwxrwt|^\/var\/(narrow drwxr-x---|sticky drwxr-xr-x) /,
    other: /^\/tmp drwxr-xr-x|^\/var\/(narrow|sticky) drwxrwxrwt /,
  },
  {
    title: 'A tmpfs takes the mode of the directory it covers, unless an option says otherwise',
    against: both,
    sections: ['mounts'],
    variants: /^tmpfs/,
    tsrun: /^\/var\/(narrow|sticky) tmpfs .*,mode=/,
    other: /^\/var\/(narrow|sticky) tmpfs /,
  },
  {
    title: 'The directory of the cgroup hierarchies is read-only where the mount is',
    against: ['runc'],
    sections: ['mounts'],
    variants: /^a cgroup mount/,
    tsrun: /^\/sys\/fs\/cgroup tmpfs \/ ro,/,
    other: /^\/sys\/fs\/cgroup tmpfs \/ rw,/,
  },
  {
    title: 'Directories made for a mount have mode 0755',
    against: ['crun'],
    sections: ['directories'],
    variants: /^bind mounts/,
    tsrun: /^\/var\/a drwxr-xr-x /,
    other: /^\/var\/a drwxr-xr-t /,
  },
  {
    title: 'Bound devices keep their mount flags',
    against: ['crun'],
    sections: ['mounts'],
    variants: /user namespace/,
    tsrun: /^\/dev\/\w+ devtmpfs \/\w+ rw,relatime - /,
    other: /^\/dev\/\w+ devtmpfs \/\w+ rw,nosuid,noexec,relatime - /,
  },
  {
    title: 'The ipc namespace is made by the owner of the user namespace',
    against: ['runc'],
    sections: ['devices'],
    variants: /root is nobody outside/,
    tsrun: /^\/dev\/mqueue drwxrwxrwt 65534:65534 /,
    other: /^\/dev\/mqueue drwxrwxrwt 0:65534 /,
  },
  {
    title: 'rootfsPropagation is that of the root',
    against: ['runc'],
    sections: ['mounts'],
    variants: /^rootfsPropagation r?shared/,
    tsrun: / shared - /,
    other: / - (?!.*shared)/,
  },
  {
    title: 'exec has the umask of its process',
    against: both,
    sections: ['status'],
    variants: /^exec as a user/,
    tsrun: /^Umask: 0027$/,
    other: /^Umask: 0022$/,
  },
  {
    title: "exec of a command line starts from the container's own process",
    against: ['crun'],
    sections: ['status', 'id', 'limits', 'environment'],
    variants: /^exec/,
    tsrun: /^(NoNewPrivs: 1|Groups: 7|uid=|Max open files +1024|PATH=|TERM=|Cap(Prm|Eff|Bnd): )/,
    other: /^(NoNewPrivs: 0|Groups: $|Groups: {2}|uid=|Max open files|Cap(Prm|Eff|Bnd): )/,
  },
  {
    title: 'exec leads a session of its own',
    against: ['crun'],
    sections: ['attributes'],
    variants: /^exec/,
    tsrun: /^leads a session$/,
  },
  {
    title: 'Groups of the caller are dropped where the id map allows it',
    against: ['runc'],
    sections: ['id', 'status'],
    variants: /^subordinate ids/,
    tsrun: /^(uid=0\(root\) gid=0\(root\)|Groups: *)$/,
    other: /^(uid=0\(root\) gid=0\(root\) groups=|Groups: )/,
  },
  {
    title: 'crun is compared without cgroups',
    against: ['crun'],
    sections: ['cgroup'],
    tsrun: /^\d+:.*\/ID$/,
    other: /^\d+:/,
  },
  {
    title: 'crun is compared without cgroups',
    against: ['crun'],
    sections: ['mounts', 'cgroup tree'],
    variants: /^the host.s network/,
    tsrun: /^\/sys\/fs\/cgroup/,
    other: /^\/sys\/fs\/cgroup/,
  },
];
