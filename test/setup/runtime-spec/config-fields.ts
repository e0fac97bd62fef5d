/**
 * Every field of config.json that the OCI runtime specification 1.3.0 has for Linux: config.md and config-linux.md, as
 * JSON pointers. `*` stands for an element of an array, `{}` for a value of a map whose keys are free.
 */
const MAPPING = ['containerID', 'hostID', 'size'];
const HOOK = ['path', 'args', 'env', 'timeout'];
const OFFSET = ['secs', 'nanosecs'];
const THROTTLE = ['major', 'minor', 'rate'];

function below(parent: string, names: readonly string[]): string[] {
  return [parent, ...names.map((name) => `${parent}/${name}`)];
}

export const configFields: readonly string[] = [
  '/ociVersion',
  ...below('/root', ['path', 'readonly']),
  '/hostname',
  '/domainname',
  ...below('/annotations', ['{}']),

  ...below('/process', ['terminal', 'args', 'env', 'cwd', 'noNewPrivileges']),
  ...below('/process/consoleSize', ['height', 'width']),
  ...below('/process/user', ['uid', 'gid', 'umask', 'additionalGids']),
  ...below('/process/capabilities', ['bounding', 'effective', 'inheritable', 'permitted', 'ambient']),
  ...below('/process/rlimits', ['*/type', '*/soft', '*/hard']),
  ...['apparmorProfile', 'selinuxLabel', 'oomScoreAdj'].map((name) => `/process/${name}`),
  ...below('/process/scheduler', ['policy', 'nice', 'priority', 'flags', 'runtime', 'deadline', 'period']),
  ...below('/process/ioPriority', ['class', 'priority']),
  ...below('/process/execCPUAffinity', ['initial', 'final']),

  ...below('/mounts', ['*/destination', '*/type', '*/source', '*/options']),
  ...below(
    '/mounts/*/uidMappings',
    MAPPING.map((name) => `*/${name}`),
  ),
  ...below(
    '/mounts/*/gidMappings',
    MAPPING.map((name) => `*/${name}`),
  ),

  '/hooks',
  ...['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'].flatMap(
    (kind) =>
      below(
        `/hooks/${kind}`,
        HOOK.map((name) => `*/${name}`),
      ),
  ),

  '/linux',
  ...below('/linux/namespaces', ['*/type', '*/path']),
  ...below(
    '/linux/uidMappings',
    MAPPING.map((name) => `*/${name}`),
  ),
  ...below(
    '/linux/gidMappings',
    MAPPING.map((name) => `*/${name}`),
  ),
  '/linux/timeOffsets',
  ...below('/linux/timeOffsets/monotonic', OFFSET),
  ...below('/linux/timeOffsets/boottime', OFFSET),
  ...below(
    '/linux/devices',
    ['type', 'path', 'major', 'minor', 'fileMode', 'uid', 'gid'].map((name) => `*/${name}`),
  ),
  ...below('/linux/netDevices', ['{}/name']),
  '/linux/cgroupsPath',
  ...below('/linux/sysctl', ['{}']),
  ...['rootfsPropagation', 'maskedPaths', 'readonlyPaths', 'mountLabel'].map((name) => `/linux/${name}`),
  ...below('/linux/personality', ['domain', 'flags']),
  ...below('/linux/memoryPolicy', ['mode', 'nodes', 'flags']),
  ...below('/linux/intelRdt', ['closID', 'schemata', 'l3CacheSchema', 'memBwSchema', 'enableMonitoring']),

  ...below('/linux/seccomp', ['defaultAction', 'defaultErrnoRet', 'architectures', 'flags']),
  ...['listenerPath', 'listenerMetadata'].map((name) => `/linux/seccomp/${name}`),
  ...below('/linux/seccomp/syscalls', ['*/names', '*/action', '*/errnoRet']),
  ...below('/linux/seccomp/syscalls/*/args', ['*/index', '*/value', '*/valueTwo', '*/op']),

  '/linux/resources',
  ...below(
    '/linux/resources/devices',
    ['allow', 'type', 'major', 'minor', 'access'].map((name) => `*/${name}`),
  ),
  ...below('/linux/resources/memory', ['limit', 'reservation', 'swap', 'kernel', 'kernelTCP', 'swappiness']),
  ...['disableOOMKiller', 'useHierarchy', 'checkBeforeUpdate'].map(
    (name) => `/linux/resources/memory/${name}`,
  ),
  ...below('/linux/resources/cpu', ['shares', 'quota', 'burst', 'period', 'cpus', 'mems', 'idle']),
  ...['realtimeRuntime', 'realtimePeriod'].map((name) => `/linux/resources/cpu/${name}`),
  ...below('/linux/resources/pids', ['limit']),
  ...below('/linux/resources/blockIO', ['weight', 'leafWeight']),
  ...below(
    '/linux/resources/blockIO/weightDevice',
    ['major', 'minor', 'weight', 'leafWeight'].map((name) => `*/${name}`),
  ),
  ...[
    'throttleReadBpsDevice',
    'throttleWriteBpsDevice',
    'throttleReadIOPSDevice',
    'throttleWriteIOPSDevice',
  ].flatMap((kind) =>
    below(
      `/linux/resources/blockIO/${kind}`,
      THROTTLE.map((name) => `*/${name}`),
    ),
  ),
  ...below('/linux/resources/hugepageLimits', ['*/pageSize', '*/limit']),
  ...below('/linux/resources/network', ['classID', 'priorities']),
  ...['name', 'priority'].map((name) => `/linux/resources/network/priorities/*/${name}`),
  ...below('/linux/resources/rdma', ['{}/hcaHandles', '{}/hcaObjects']),
  ...below('/linux/resources/unified', ['{}']),
].sort();

/** Of other platforms: to be ignored here (config.md, "Platform-specific configuration"). */
export const foreignFields: readonly string[] = [
  ...['/freebsd', '/solaris', '/vm', '/windows', '/zos'],
  ...['/process/commandLine', '/process/user/username'],
];

/** Of earlier versions of the specification. */
export const formerFields: readonly string[] = ['/linux/intelRdt/enableCMT', '/linux/intelRdt/enableMBM'];
