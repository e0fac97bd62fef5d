/**
 * Which tests show that a field, a mount option or a command's option does what it should: for docs/spec-conformance.md.
 * What stands at a field is also for those below it that have no line of their own. A proof is a file below test/ and
 * a piece of text in it, the title of the test or of the variant as a rule. A unit test looks whether all are there.
 */
export interface Evidence {
  readonly tests: readonly (readonly [file: string, text: string])[];
  /** What has to be known beside "implemented". */
  readonly remark?: string;
}

const compared = (...names: string[]) => names.map((name) => ['setup/probe-variants.ts', name] as const);
const ns = (title: string) => ['unit/namespaces/steps.test.ts', title] as const;

/** By JSON pointer, in the notation of runtime-spec/config-fields.ts; each option of mounts as if it were a field. */
export const fieldProofs: Readonly<Record<string, Evidence>> = {
  '/ociVersion': {
    tests: [
      ['unit/spec/meaning/version.test.ts', 'is another major version'],
      ['integration/lifecycle.test.ts', 'goes from created to running to stopped'],
    ],
  },
  '/root': { tests: [['integration/bad-input.test.ts', 'the bundle'], ...compared('a read-only root')] },
  '/hostname': { tests: [...compared('a host name and a domain name'), ns('are set where there are any')] },
  '/domainname': { tests: compared('a host name and a domain name') },
  '/annotations': {
    tests: [
      ['integration/lifecycle.test.ts', 'has its annotations in its state'],
      ['unit/spec/meaning/top-level.test.ts', 'annotations have keys'],
    ],
  },

  '/process/terminal': {
    tests: [
      ['integration/terminal.test.ts', 'an interactive shell'],
      ['integration/sockets.test.ts', 'gets the master of the terminal'],
    ],
  },
  '/process/consoleSize': { tests: [['integration/sockets.test.ts', 'gets the master of the terminal']] },
  '/process/user': {
    tests: [
      ...compared('a user that is not root, with groups and a umask'),
      ['integration/rootless/single-id.test.ts', 'a process that is not root owns what it writes'],
      ['integration/streams.test.ts', 'belong to the user of the process that run starts'],
    ],
  },
  '/process/args': {
    tests: [['integration/lifecycle.test.ts', 'takes 2 MiB of arguments and environment']],
  },
  '/process/env': { tests: compared('an environment with duplicates', 'an empty environment') },
  '/process/cwd': {
    tests: [
      ...compared('a working directory that is missing'),
      ['battery/attacks/descriptors.ts', 'run: a working directory of /proc/self/fd/N is not a way out'],
    ],
  },
  '/process/capabilities': {
    tests: compared('capabilities that differ from set to set', 'no capabilities at all'),
  },
  '/process/capabilities/ambient': {
    tests: compared('a user that is not root, with inheritable and ambient capabilities'),
  },
  '/process/rlimits': {
    tests: [
      ...compared('limits of every kind'),
      ['unit/spec/meaning/process.test.ts', 'has each rlimit once'],
    ],
  },
  '/process/noNewPrivileges': { tests: compared('without noNewPrivileges') },
  '/process/oomScoreAdj': {
    tests: [
      ...compared('an oomScoreAdj'),
      ['integration/process.test.ts', 'exec has the OOM score of the container'],
      ['integration/process.test.ts', 'an OOM score that may not be lowered'],
    ],
  },
  '/process/apparmorProfile': {
    tests: [
      ['limits/proofs/apparmor.ts', 'a file that the profile denies is not had'],
      ['unit/process/labels.test.ts', 'an AppArmor profile'],
      ['integration/process.test.ts', 'a label of a security module that is not there'],
    ],
    remark: 'an error where the machine has no AppArmor',
  },
  '/process/selinuxLabel': {
    tests: [
      ['unit/process/labels.test.ts', 'an SELinux label is that of the session keyring too'],
      ['integration/process.test.ts', 'a label of a security module that is not there'],
    ],
    remark: 'an error where the machine has no SELinux',
  },
  '/process/scheduler': {
    tests: [
      ['integration/process.test.ts', 'every policy of the scheduler is set'],
      ['unit/process/scheduling.test.ts', 'is one sched_setattr with all of its fields'],
    ],
  },
  '/process/ioPriority': {
    tests: [['integration/process.test.ts', 'personality, memory policy and I/O priority']],
  },
  '/process/execCPUAffinity': {
    tests: [['integration/process.test.ts', 'exec runs on the processors that are asked for']],
  },

  '/mounts': {
    tests: compared('bind mounts: a directory, a file', 'tmpfs with options', 'a cgroup mount'),
  },
  '/mounts/*/options': {
    tests: [
      ['unit/rootfs/mounts.test.ts', 'of the specification are all known'],
      ...compared('bind mounts: a directory, a file', 'tmpfs with options'),
    ],
  },
  '/mounts/*/options/remount': { tests: [['unit/rootfs/mounts.test.ts', 'a remount']] },
  '/mounts/*/options/tmpcopyup': { tests: [['unit/rootfs/mounts.test.ts', 'tmpcopyup is for a new tmpfs']] },
  '/mounts/*/options/idmap': {
    tests: [['unit/rootfs/id-mapped.test.ts', 'the user namespace of an id-mapped mount']],
  },
  '/mounts/*/options/ridmap': {
    tests: [['unit/rootfs/id-mapped.test.ts', 'only ridmap maps what is mounted below']],
  },
  '/mounts/*/uidMappings': { tests: [['unit/rootfs/id-mapped.test.ts', 'is made for its maps']] },
  '/mounts/*/gidMappings': { tests: [['unit/rootfs/id-mapped.test.ts', 'is made for its maps']] },

  '/hooks': {
    tests: [
      ['integration/hooks.test.ts', 'in the order of the lifecycle, and of the configuration'],
      ['integration/hooks.test.ts', 'in the namespaces that are theirs'],
      ['integration/hooks.test.ts', 'with the environment that they set'],
    ],
  },
  '/hooks/poststart': { tests: [['integration/hooks.test.ts', 'of kind poststart stops the container']] },
  '/hooks/poststop': { tests: [['integration/hooks.test.ts', 'of kind poststop is a warning']] },

  '/linux/namespaces': {
    tests: [
      ...compared("the host's network, uts and ipc namespaces", 'joined network, ipc and uts namespaces'),
      ['integration/joined-namespaces.test.ts', 'of kind %s is joined'],
    ],
  },
  '/linux/uidMappings': { tests: compared('a user namespace made by root', 'subordinate ids') },
  '/linux/gidMappings': { tests: compared('a user namespace made by root', 'subordinate ids') },
  '/linux/timeOffsets': {
    tests: [...compared('a time namespace'), ns('takes offsets in the kernel’s format')],
  },
  '/linux/cgroupsPath': {
    tests: [
      ['unit/cgroups/paths.test.ts', 'absolute: from the root of each hierarchy'],
      ['unit/cgroups/systemd/unit-name.test.ts', 'is in "%s" the unit "%s"'],
      ['integration/systemd-cgroup.test.ts', 'cgroupsPath names slice, prefix and name'],
    ],
  },
  '/linux/sysctl': { tests: [['integration/sysctl.test.ts', 'are those of the container alone']] },
  '/linux/rootfsPropagation': { tests: compared('rootfsPropagation $') },
  '/linux/seccomp': {
    tests: [
      ['setup/seccomp-tests.ts', "Docker's default profile"],
      ['setup/seccomp-tests.ts', "podman's default profile"],
      ['setup/seccomp-tests.ts', 'a profile that refuses a few'],
      ['unit/seccomp/compile.test.ts', 'a profile becomes whole instructions'],
    ],
  },
  '/linux/seccomp/defaultErrnoRet': {
    tests: [
      ['setup/seccomp-tests.ts', 'a profile with an errno of its own'],
      ['unit/spec/seccomp.test.ts', 'an errno of an action that has none'],
    ],
  },
  '/linux/seccomp/architectures': {
    tests: [
      ['setup/seccomp-tests.ts', 'a profile for x86-64 and x32 alone'],
      ['unit/seccomp/compile.test.ts', 'an architecture of the other byte order'],
    ],
  },
  '/linux/seccomp/listenerPath': {
    tests: [
      ['setup/seccomp-listener-tests.ts', 'answers instead of the kernel'],
      ['setup/seccomp-listener-tests.ts', 'is told of a started container'],
    ],
  },
  '/linux/seccomp/listenerMetadata': {
    tests: [['setup/seccomp-listener-tests.ts', 'answers instead of the kernel']],
  },
  '/linux/seccomp/flags': {
    tests: [
      ['setup/seccomp-listener-tests.ts', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
      ['unit/spec/seccomp.test.ts', 'a flag about listeners without one'],
    ],
  },
  '/linux/maskedPaths': { tests: compared('masked and read-only paths in the root, and missing ones') },
  '/linux/readonlyPaths': { tests: compared('masked and read-only paths in the root, and missing ones') },
  '/linux/mountLabel': {
    tests: [['unit/rootfs/mounts.test.ts', 'is an option of what can have one']],
    remark: 'left out with a warning where the machine has no SELinux',
  },
  '/linux/personality': {
    tests: [['integration/process.test.ts', 'personality, memory policy and I/O priority']],
  },
  '/linux/personality/flags': {
    tests: [['unit/spec/meaning/linux.test.ts', 'a personality has no flags']],
    remark: 'has to be empty: the specification knows none',
  },
  '/linux/memoryPolicy': {
    tests: [['integration/process.test.ts', 'personality, memory policy and I/O priority']],
  },
  '/linux/devices': {
    tests: [
      ['integration/devices.test.ts', 'are made as asked for, as under runc'],
      ['integration/devices.test.ts', "are the host's, bound"],
    ],
  },
  '/linux/netDevices': {
    tests: [['integration/net-devices.test.ts', 'are moved with their permanent addresses']],
  },
  '/linux/intelRdt': {
    tests: [
      ['unit/resctrl/group.test.ts', 'is named like the container, made, filled and joined'],
      ['unit/resctrl/group.test.ts', 'is found, with its escapes'],
    ],
    remark:
      'an error where the host has no resctrl mounted; tested on a directory that looks like one, not on such a processor',
  },
  '/linux/resources/memory': {
    tests: [
      ['limits/proofs/memory.ts', 'memory.limit: a process that takes more is killed'],
      ['limits/proofs/memory.ts', 'memory.swap: a process may swap, up to the sum'],
      ['integration/limits.test.ts', 'of memory end a process that takes more'],
      ['unit/cgroups/v1/limits.test.ts', 'every field has its file; what the kernel does not count any more'],
      ['unit/cgroups/v2/limits.test.ts', 'what version 1 alone has is refused'],
    ],
  },
  '/linux/resources/memory/kernel': {
    tests: [
      ['unit/cgroups/v1/limits.test.ts', 'every field has its file; what the kernel does not count any more'],
    ],
    remark: 'without effect, and a warning says so: the kernel counts it with the rest',
  },
  '/linux/resources/memory/kernelTCP': {
    tests: [
      ['unit/cgroups/v1/limits.test.ts', 'every field has its file; what the kernel does not count any more'],
    ],
    remark: 'as `kernel`',
  },
  '/linux/resources/memory/disableOOMKiller': {
    tests: [
      ['limits/proofs/memory.ts', 'memory.disableOOMKiller: a process that takes more waits'],
      ['unit/cgroups/v1/limits.test.ts', 'the OOM killer is given back to a container that has none'],
    ],
  },
  '/linux/resources/memory/checkBeforeUpdate': {
    tests: [
      ['unit/cgroups/v2/limits.test.ts', 'a limit below what is used is refused where that is asked for'],
    ],
  },
  '/linux/resources/cpu': {
    tests: [
      ['limits/proofs/cpu.ts', 'cpu.quota, cpu.period: a busy loop gets its share'],
      ['limits/proofs/cpu.ts', 'cpu.cpus, cpu.mems: a process cannot leave its processors'],
      ['integration/limits.test.ts', 'of CPU time: a busy loop gets its share'],
      ['unit/cgroups/v1/limits.test.ts', 'every field has its file'],
      ['unit/cgroups/v2/limits.test.ts', 'a smaller burst comes before a smaller quota'],
    ],
  },
  '/linux/resources/cpu/realtimeRuntime': {
    tests: [
      ['limits/proofs/cpu.ts', 'without them there is no real-time process'],
      ['unit/cgroups/v2/limits.test.ts', 'realtime is refused'],
    ],
  },
  '/linux/resources/pids': {
    tests: [
      ['limits/proofs/pids.ts', 'pids.limit: a fork bomb stops at it'],
      ['integration/limits.test.ts', 'of processes stop a fork bomb'],
    ],
  },
  '/linux/resources/blockIO': {
    tests: [
      ['limits/proofs/io.ts', 'blockIO.throttleReadBpsDevice: reading takes its time'],
      ['unit/cgroups/v1/controllers.test.ts', 'weights go to the scheduler that has any'],
      ['unit/cgroups/v2/limits.test.ts', 'block devices: weights of bfq'],
    ],
  },
  '/linux/resources/hugepageLimits': {
    tests: [
      ['limits/proofs/others.ts', 'hugepageLimits: no more pages than that'],
      ['unit/cgroups/v1/controllers.test.ts', 'huge pages: what is reserved, where the kernel can'],
    ],
  },
  '/linux/resources/network': {
    tests: [
      ['unit/cgroups/v1/controllers.test.ts', 'network: class and priorities'],
      ['unit/cgroups/v2/limits.test.ts', 'network classes are refused'],
    ],
    remark: 'on version 1; an error where there is version 2 alone',
  },
  '/linux/resources/rdma': { tests: [['unit/cgroups/v1/controllers.test.ts', 'rdma: one line per device']] },
  '/linux/resources/unified': {
    tests: [
      ['limits/proofs/memory.ts', 'unified memory.high: a process that takes more is slowed down'],
      ['unit/cgroups/v2/limits.test.ts', 'is written as it is, line by line, and has the last word'],
    ],
  },
  '/linux/resources/devices': {
    tests: [
      ['limits/proofs/devices.ts', 'devices: one that is allowed for reading cannot be written to'],
      ['unit/cgroups/v1/devices.test.ts', 'the writes are those of runc'],
      ['unit/cgroups/v2/device-program.test.ts', 'says of every device what the rules say, word by word'],
      ['integration/device-rules.test.ts', 'what is allowed by the rules: '],
    ],
  },
};

/** By `COMMAND` or `COMMAND --OPTION`; global options by `--OPTION`. */
export const commandProofs: Readonly<Record<string, Evidence>> = {
  '': { tests: [['unit/cli/parse.test.ts', '--root /r/default --debug --log']] },
  '--systemd-cgroup': {
    tests: [
      ['integration/systemd-cgroup.test.ts', 'lives in its scope, with everything that is executed in it'],
      ['integration/systemd-limits.test.ts', 'the same properties and files with limits'],
      ['integration/systemd-legacy.test.ts', 'the same properties, files and device lists as runc'],
    ],
  },
  '--criu': { tests: [['unit/cli/program.test.ts', '--criu is ignored']] },
  checkpoint: {
    tests: [['unit/cli/program.test.ts', 'checkpoint is not supported by tsrun']],
    remark: 'refused',
  },
  restore: { tests: [['unit/cli/program.test.ts', 'restore is not supported by tsrun']], remark: 'refused' },
  create: { tests: [['integration/lifecycle.test.ts', 'goes from created to running to stopped']] },
  'create --console-socket': { tests: [['integration/sockets.test.ts', 'gets the master of the terminal']] },
  'create --pidfd-socket': { tests: [['integration/sockets.test.ts', 'gets a pidfd of the container']] },
  'create --pid-file': { tests: [['integration/lifecycle.test.ts', 'has the number and nothing else']] },
  'create --preserve-fds': { tests: compared('preserved descriptors') },
  'create --no-new-keyring': { tests: compared('the session keyring of the caller') },
  'create --no-pivot': { tests: compared('a root that is moved instead of pivoted to') },
  pause: { tests: [['integration/pause.test.ts', 'stands still, says so, and goes on']] },
  resume: { tests: [['integration/pause.test.ts', 'stands still, says so, and goes on']] },
  events: { tests: [['integration/events.test.ts', 'come until the container ends']] },
  'events --stats': {
    tests: [['integration/events.test.ts', '--stats has the fields of runc, in its order']],
  },
  update: { tests: [['integration/update.test.ts', 'comes to the same as with runc']] },
  'update --resources': { tests: [['integration/update.test.ts', 'changes nothing where a part cannot be']] },
  delete: { tests: [['integration/lifecycle.test.ts', 'that is created is deleted without force']] },
  'delete --force': {
    tests: [
      ['integration/lifecycle.test.ts', 'that runs is deleted by force'],
      ['setup/crowd-tests.ts', 'nothing is left of many containers'],
      ['setup/crowd-tests.ts', 'nothing is left where the runtime was killed'],
    ],
  },
  exec: { tests: [['integration/exec.test.ts', 'gets what the command line says']] },
  'exec --cap': { tests: [['integration/exec.test.ts', 'gets capabilities that are added']] },
  'exec --cgroup': { tests: [['integration/sub-cgroups.test.ts', 'the sub-cgroup is joined']] },
  'exec --console-socket': { tests: [['integration/sockets.test.ts', 'of exec']] },
  'exec --detach': { tests: [['integration/exec.test.ts', 'is left alone with --detach']] },
  'exec --pid-file': {
    tests: [['integration/exec.test.ts', 'has no pid file where it could not be executed']],
  },
  'exec --pidfd-socket': { tests: [['integration/sockets.test.ts', 'of exec gets one of its process']] },
  'exec --preserve-fds': {
    tests: [['integration/exec.test.ts', 'has three descriptors and those that are preserved']],
  },
  'exec --process': { tests: [['integration/exec.test.ts', 'is what a file says']] },
  'exec --no-new-privs': {
    tests: [['integration/exec.test.ts', 'gets no_new_privs as the container has it']],
  },
  'exec --apparmor': { tests: [['unit/process/labels.test.ts', 'exec has its stub write them']] },
  'exec --process-label': { tests: [['unit/process/labels.test.ts', 'exec has its stub write them']] },
  'exec --tty': { tests: [['integration/terminal.test.ts', 'exec --tty']] },
  'exec --user': { tests: [['integration/exec.test.ts', 'becomes another user']] },
  features: { tests: [['unit/cli/features.test.ts', 'features are JSON alone']] },
  kill: { tests: [['integration/lifecycle.test.ts', 'ends by the signal that kill sends']] },
  'kill --all': { tests: [['integration/kill.test.ts', 'has any other signal sent to the first alone']] },
  list: { tests: [['integration/lifecycle.test.ts', 'prints a table, and JSON with the names of owners']] },
  ps: { tests: [['integration/ps.test.ts', 'prints the pids of all processes']] },
  run: { tests: [['integration/foreground.test.ts', 'run exits with 128+N']] },
  'run --no-pivot': { tests: compared('a root that is moved instead of pivoted to') },
  'run --no-new-keyring': { tests: compared('the session keyring of the caller') },
  'run --pid-file': {
    tests: [['integration/lifecycle.test.ts', 'is not there where the container could not be made']],
  },
  'run --detach': { tests: [['integration/foreground.test.ts', 'run --detach returns']] },
  'run --keep': { tests: [['integration/status-fd.test.ts', 'of one that a signal ends, and that is kept']] },
  'run --console-socket': { tests: [['integration/sockets.test.ts', 'gets the master of the terminal']] },
  'run --pidfd-socket': { tests: [['integration/sockets.test.ts', 'gets a pidfd of the container']] },
  'run --preserve-fds': { tests: compared('preserved descriptors') },
  'run --no-subreaper': { tests: [['unit/cli/parse.test.ts', '-no-subreaper']] },
  spec: { tests: [['unit/spec/generate.test.ts', 'the generated configuration']] },
  start: { tests: [['integration/lifecycle.test.ts', 'only one of many starts succeeds']] },
  state: { tests: [['integration/lifecycle.test.ts', 'goes from created to running to stopped']] },
};
