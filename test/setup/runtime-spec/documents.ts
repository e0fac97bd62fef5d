/**
 * What `features` and `state` may print: features.md, features-linux.md and runtime.md (State) of the OCI runtime
 * specification 1.3.0, and nothing that is not in them, save for what runc prints of a state too.
 */
import { type TProperties, Type } from '@sinclair/typebox';

const closed = <T extends TProperties>(properties: T) =>
  Type.Object(properties, { additionalProperties: false });
const optional = Type.Optional;
const names = (pattern: string) => Type.Array(Type.String({ pattern }), { uniqueItems: true });
const oneOf = (values: readonly string[]) => Type.Union(values.map((value) => Type.Literal(value)));
const flag = optional(Type.Boolean());
const enabled = optional(closed({ enabled: flag }));

/** Semantic Versioning 2.0, as far as the specification's own versions need it. */
const Version = Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$' });

const LinuxFeatures = closed({
  namespaces: optional(
    Type.Array(oneOf(['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts']), {
      uniqueItems: true,
    }),
  ),
  capabilities: optional(names('^CAP_[A-Z_]+$')),
  cgroup: optional(closed({ v1: flag, v2: flag, systemd: flag, systemdUser: flag, rdma: flag })),
  seccomp: optional(
    closed({
      enabled: flag,
      actions: optional(names('^SCMP_ACT_[A-Z_]+$')),
      operators: optional(names('^SCMP_CMP_[A-Z_]+$')),
      archs: optional(names('^SCMP_ARCH_[A-Z0-9_]+$')),
      knownFlags: optional(names('^SECCOMP_FILTER_FLAG_[A-Z_]+$')),
      supportedFlags: optional(names('^SECCOMP_FILTER_FLAG_[A-Z_]+$')),
    }),
  ),
  apparmor: enabled,
  selinux: enabled,
  intelRdt: optional(closed({ enabled: flag, schemata: flag, monitoring: flag })),
  memoryPolicy: optional(
    closed({ modes: optional(names('^MPOL_[A-Z_]+$')), flags: optional(names('^MPOL_F_[A-Z_]+$')) }),
  ),
  mountExtensions: optional(closed({ idmap: enabled })),
  netDevices: enabled,
});

export const Features = closed({
  ociVersionMin: Version,
  ociVersionMax: Version,
  hooks: optional(names('^[a-zA-Z]+$')),
  mountOptions: optional(names('^[a-z]+$')),
  linux: optional(LinuxFeatures),
  annotations: optional(Type.Record(Type.String(), Type.String())),
  potentiallyUnsafeConfigAnnotations: optional(names('.')),
});

export const State = closed({
  ociVersion: Version,
  id: Type.String(),
  status: oneOf(['creating', 'created', 'running', 'paused', 'stopped']),
  pid: Type.Integer({ minimum: 0 }),
  bundle: Type.String({ pattern: '^/' }),
  annotations: optional(Type.Record(Type.String(), Type.String())),
  /** Beside the specification's: runc's, which engines read. */
  rootfs: Type.String({ pattern: '^/' }),
  created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' }),
  owner: Type.String(),
});
