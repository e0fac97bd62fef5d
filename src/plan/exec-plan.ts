/**
 * The plan of `exec`: a stub joins the container's cgroups and namespaces, makes a child in its pid namespace,
 * and the child becomes the process. Pure.
 */
import type { ExecJoin } from '../cgroups/exec-join.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Stream } from '../host/streams.ts';
import { beginStep, hideStep } from '../init/setup-steps.ts';
import { cloneStep, dismissStep, spawnStubStep } from '../init/spawn-step.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, tolerate } from '../kernel/call.ts';
import { close, openat } from '../kernel/calls/file.ts';
import { setns } from '../kernel/calls/namespace.ts';
import { prctl, setresgid, setresuid } from '../kernel/calls/process.ts';
import { AT_FDCWD, O_DIRECTORY, O_NOFOLLOW, O_PATH } from '../kernel/constants/file.ts';
import { CLONE_NEWCGROUP, CLONE_NEWUSER, PR_SET_DUMPABLE } from '../kernel/constants/process.ts';
import { describeErrno, EINVAL, EPERM, ESRCH, errnoName } from '../kernel/errno.ts';
import type { Log } from '../log/log.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import { namespaceKinds } from '../namespaces/kinds.ts';
import { joinNestedSteps } from '../namespaces/nested-user.ts';
import { finalAffinitySteps, initialAffinitySteps } from '../process/affinity.ts';
import { groupsStep } from '../process/credentials.ts';
import { joinKeyringStep } from '../process/keyring.ts';
import { execLabelSteps } from '../process/labels.ts';
import { execOomScoreSteps } from '../process/oom-score.ts';
import { streamSteps } from '../process/streams.ts';
import { terminalSteps } from '../process/terminal.ts';
import type { ResctrlRecord } from '../resctrl/group.ts';
import { joinResctrlSteps } from '../resctrl/steps.ts';
import type { Process } from '../spec/types.ts';
import { commandSteps } from './command-steps.ts';
import type { Findings } from './create-plan.ts';

export interface ExecRequest {
  /** Stands for a pidfd of the container's first process. */
  readonly target: Call;
  /** `CLONE_*` of the namespaces to be joined. */
  readonly namespaces: number;
  /** Of its user namespace. */
  readonly readUidMap: () => string;
  /** Stands for the user namespace of its process, if that is nested in the container's. */
  readonly nested: Call | undefined;
  readonly process: Process;
  readonly cgroups: ExecJoin;
  /** Of `linux.intelRdt`. */
  readonly resctrl?: ResctrlRecord | undefined;
  readonly preserveFds: number;
  /** The name of the session keyring that it joins; undefined if the container has none of its own. */
  readonly keyring: string | undefined;
  readonly rootless: boolean;
  /** Those that are given to its user. */
  readonly streams: readonly Stream[];
  /** Of the container's user namespace, if they are known. */
  readonly idMaps: IdMaps | undefined;
  readonly log: Log;
  /** Takes the master of the terminal. */
  readonly console: Call | undefined;
}

export interface ExecPlan {
  /** Up to the last program, which `programSteps` makes from the findings. */
  readonly steps: readonly Step[];
  readonly findings: Findings;
}

export function execPlan(request: ExecRequest): ExecPlan {
  const { cgroups, process, console, target } = request;
  const { uid } = process.user;
  const findings: Findings = { executable: '', env: [], cwdEntered: true };
  const handles = [target, request.nested, console].filter((handle) => handle !== undefined);
  const inherited = [target, ...(cgroups.unified ? [cgroups.unified] : [])];
  const join = cgroups.unified && { directory: cgroups.unified, attach: cgroups.attachUnified };
  const withUser = (request.namespaces & CLONE_NEWUSER) !== 0;
  const nested = request.nested ? joinNestedSteps(request.nested, withUser) : undefined;
  const streams = streamSteps({
    streams: console ? [] : request.streams,
    uid,
    userNamespace: withUser,
    mappings: request.idMaps?.uid.mappings,
    rootless: request.rootless,
    // Its own namespace may be nested in the one that is joined first.
    readMap: request.readUidMap,
  });
  const withCgroup = (request.namespaces & CLONE_NEWCGROUP) !== 0;
  return {
    findings,
    steps: [
      spawnStubStep(['init'], handles, request.preserveFds),
      ...joinResctrlSteps(request.resctrl),
      ...initialAffinitySteps(process.execCPUAffinity),
      ...execOomScoreSteps(process.oomScoreAdj, request.rootless, request.log),
      ...execLabelSteps(process, request.keyring !== undefined),
      ...cgroups.steps,
      // From here on processes of the container can see the stub (CVE-2016-9962).
      step('stub', 'be undumpable', '', [prctl(PR_SET_DUMPABLE, 0)]),
      ...(nested?.outside ?? []),
      joinStep(target, request.namespaces & ~(CLONE_NEWCGROUP | (nested ? CLONE_NEWUSER : 0))),
      cloneStep({ from: 'stub', to: 'init', flags: 0, cgroup: join, explain: cloneFailed }),
      dismissStep('stub'),
      ...streams.outside,
      // Entering the cgroup would be refused from inside its namespace.
      ...(withCgroup
        ? [step('init', 'join the cgroup namespace', '', [setns(target, CLONE_NEWCGROUP)])]
        : []),
      beginStep(inherited),
      ...finalAffinitySteps(process.execCPUAffinity),
      ...(withUser ? [becomeRoot()] : []),
      hideStep(),
      ...(request.keyring === undefined ? [] : [joinKeyringStep(request.keyring)]),
      ...streams.inside,
      groupsStep(process.user),
      ...(console ? execTerminal(console, process, uid) : []),
      ...(nested?.inside ?? []),
      ...commandSteps(process, findings),
    ],
  };
}

/** All at once, which the kernel does or does not; where it does not, one by one in the order that may work. */
function joinStep(target: Call, flags: number): Step {
  const name = "join the container's namespaces";
  return step('stub', name, '', [setns(target, flags)], {
    recover: ({ errno }) => {
      if (errno !== EPERM && errno !== EINVAL) return joinFailed(errno);
      return [
        step('stub', `${name} one by one`, '', oneByOne(target, flags), {
          recover: (f) => joinFailed(f.errno),
        }),
      ];
    },
  });
}

/** What may be joined with our own rights comes first; the user namespace gives the right to the rest. */
function oneByOne(target: Call, flags: number): Call[] {
  const others = namespaceKinds.filter(({ flag }) => (flags & flag) !== 0 && flag !== CLONE_NEWUSER);
  if ((flags & CLONE_NEWUSER) === 0) return others.map(({ flag }) => setns(target, flag));
  return [
    ...others.map(({ flag }) => tolerate(setns(target, flag), EPERM)),
    setns(target, CLONE_NEWUSER),
    // Joining again what was joined before does no harm.
    ...others.map(({ flag }) => tolerate(setns(target, flag), EPERM)),
  ];
}

function joinFailed(errno: number): RuntimeError {
  return new RuntimeError(
    errno === ESRCH ? 'state' : 'system',
    `cannot join the container's namespaces: setns: ${describeErrno(errno)}`,
    {
      call: 'setns',
      errno: errnoName(errno),
      ...(errno === EPERM ? { hint: 'only who created the container, or root, may enter it' } : {}),
      ...(errno === ESRCH
        ? { hint: 'its first process has ended, or its main thread: nothing can join it' }
        : {}),
    },
  );
}

function cloneFailed(errno: number): RuntimeError {
  return new RuntimeError(
    'system',
    `cannot make a process in the container: clone3: ${describeErrno(errno)}`,
    {
      call: 'clone3',
      errno: errnoName(errno),
      hint: 'a pid namespace whose first process has ended takes no others; a pids limit may be reached',
    },
  );
}

function becomeRoot(): Step {
  return step('init', 'become root of the user namespace', '', [
    tolerate(setresgid(0), EINVAL, EPERM),
    tolerate(setresuid(0), EINVAL, EPERM),
  ]);
}

function execTerminal(console: Call, { consoleSize }: Process, uid: number): readonly Step[] {
  const dev = openat(AT_FDCWD, '/dev', O_PATH | O_DIRECTORY | O_NOFOLLOW);
  return [
    step('init', 'open "/dev"', '', [dev]),
    ...terminalSteps({ dev, receiver: console, size: consoleSize, uid, console: false }),
    step('init', 'close "/dev"', '', [close(dev)]),
  ];
}
