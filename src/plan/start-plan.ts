/** The plan of `start` (and the end of `run` and `exec`): from the waiting init to the user's program. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { hideStep } from '../init/setup-steps.ts';
import { type Actor, type CallStep, type Step, step } from '../init/step.ts';
import { chdir, closeRangeCloexec, umask } from '../kernel/calls/file.ts';
import { capset, execve } from '../kernel/calls/process.ts';
import { describeErrno, E2BIG, ENOENT, EPERM, errnoName } from '../kernel/errno.ts';
import {
  asAdministrator,
  boundingCalls,
  type Credentials,
  capabilityCalls,
  idStep,
} from '../process/credentials.ts';
import { limitRefused } from '../process/explain-rlimit.ts';
import { kernelPolicySteps } from '../process/kernel-policies.ts';
import { rlimitCalls } from '../process/rlimits.ts';
import { schedulingSteps } from '../process/scheduling.ts';
import { administratorStep, type Filter, loadStep, resignStep } from '../seccomp/load.ts';
import { isAllowed } from '../seccomp/while-waiting.ts';
import type { Linux, Process } from '../spec/types.ts';

/** runc and crun set this where the configuration is silent. */
const DEFAULT_UMASK = 0o022;

/** Bytes: three quarters of the stack limit that a process has at first. */
const MOST_BYTES = 6 * 1024 * 1024;

const HINTS: ReadonlyMap<number, string> = new Map([
  [ENOENT, 'the file is there: its interpreter (#! line, or the dynamic loader) is not'],
  [
    E2BIG,
    'shorten process.args and process.env: together they may take a quarter of RLIMIT_STACK, at most 6 MiB, and each string 128 KiB',
  ],
]);

export interface ProgramRequest {
  readonly process: Process;
  /** Of the container, for `exec` too. */
  readonly linux: Pick<Linux, 'memoryPolicy' | 'personality'>;
  readonly executable: string;
  readonly env: readonly string[];
  readonly cwdEntered: boolean;
  readonly credentials: Credentials;
  readonly preserveFds: number;
  /**
   * The process, where this one sets its limits: to raise one takes CAP_SYS_RESOURCE in the initial user namespace,
   * which root has and its container's root has not.
   */
  readonly limitedFrom: number | undefined;
  /** Of its system calls. */
  readonly filter: Filter | undefined;
}

/**
 * The last steps, of a process that does not wait: scheduling, limits, ids, capabilities, execve.
 *
 * Scheduling comes first, while the process still has its caller's limits (RLIMIT_NICE, RLIMIT_RTPRIO) and rights.
 * A startContainer hook has been run by then: a SCHED_DEADLINE process may not fork.
 */
export function programSteps(request: ProgramRequest): readonly Step[] {
  return [...processScheduling(request), ...becomeSteps(request), executeStep(request)];
}

export function processScheduling({ process, limitedFrom }: ProgramRequest): readonly Step[] {
  return limitedFrom === undefined
    ? schedulingSteps(process, 'init', 0)
    : schedulingSteps(process, 'runtime', limitedFrom);
}

export function becomeSteps(request: ProgramRequest): readonly Step[] {
  const { limitedFrom } = request;
  return limitedFrom === undefined
    ? identitySteps(request)
    : identitySteps(request, limitSteps(request, 'runtime', limitedFrom));
}

export function executeStep(request: ProgramRequest): CallStep {
  const { process, executable, env, filter } = request;
  if (isTooLong([...(process.args ?? []), ...env])) throw notExecuted(request, E2BIG);
  return step(
    'init',
    `execute "${executable}"`,
    '/process/args',
    [execve(executable, process.args ?? [], env)],
    {
      answers: 'on-failure',
      recover: ({ errno }) => notExecuted(request, errno),
      ...(filter?.handOver ? { meanwhile: filter.handOver } : {}),
    },
  );
}

/** Everything but the execution: who the process is. A startContainer hook is the same. */
export function identitySteps(
  request: ProgramRequest,
  limits = limitSteps(request, 'init', 0),
): readonly Step[] {
  const { process, linux, credentials, cwdEntered, preserveFds } = request;
  const { bounding } = credentials.capabilities;
  return [
    step('init', 'set the umask', '/process/user/umask', [umask(process.user.umask ?? DEFAULT_UMASK)]),
    ...kernelPolicySteps(linux),
    step('init', 'drop from the bounding set', '/process/capabilities/bounding', boundingCalls(bounding)),
    ...limits,
    idStep(credentials),
    // The change of ids may have undone it: fs.suid_dumpable, proc_sys_fs(5).
    hideStep(),
    ...(cwdEntered ? [] : [step('init', `change to "${process.cwd}"`, '/process/cwd', [chdir(process.cwd)])]),
    step('init', 'mark the other descriptors close-on-exec', '', [closeRangeCloexec(3 + preserveFds)]),
    ...lastRights(request),
  ];
}

/**
 * The filter comes as late as it can: what follows it, the filter must allow. Without `no_new_privs` it takes
 * CAP_SYS_ADMIN in the process's user namespace to load one, which is given up behind it.
 */
function lastRights({ credentials, filter }: ProgramRequest): readonly Step[] {
  const set = (to: Credentials) =>
    step('init', 'set the capabilities', '/process/capabilities', capabilityCalls(to));
  if (!filter) return [set(credentials)];
  const administrator = credentials.noNewPrivileges ? undefined : asAdministrator(credentials);
  if (!administrator) return [set(credentials), ...filterSteps(filter)];
  return [
    administratorStep(capabilityCalls(administrator)),
    loadStep(filter),
    resignStep(capset(credentials.capabilities)),
    ...hiddenAgain(filter),
  ];
}

function filterSteps(filter: Filter): readonly Step[] {
  return [loadStep(filter), ...hiddenAgain(filter)];
}

/** An ordinary user has taken the listener out of it. */
function hiddenAgain(filter: Filter): readonly Step[] {
  return filter.traceable && isAllowed(filter, 'prctl') ? [hideStep()] : [];
}

function limitSteps(
  { process: { rlimits = [] } }: ProgramRequest,
  actor: Actor,
  pid: number,
): readonly Step[] {
  return rlimitCalls(pid, rlimits).map(({ index, rlimit, call }) =>
    step(actor, `set ${rlimit.type}`, `/process/rlimits/${index}`, [call], {
      recover: ({ errno }) => (errno === EPERM ? limitRefused(rlimit) : undefined),
    }),
  );
}

/** What execve(2) never takes, whatever the limits: it need not be sent. */
function isTooLong(strings: readonly string[]): boolean {
  let size = 0;
  // With its NUL, and a pointer to it.
  for (const text of strings) size += text.length + 1 + 8;
  return size > MOST_BYTES;
}

function notExecuted({ process: { args = [] }, filter }: ProgramRequest, errno: number): RuntimeError {
  const [command = ''] = args;
  const message = `unable to start container process: exec: ${JSON.stringify(command)}: ${describeErrno(errno)}`;
  const hint = errno === EPERM ? filter && 'the seccomp profile has to allow execve' : HINTS.get(errno);
  return new RuntimeError('executable', message, {
    pointer: errno === E2BIG ? '/process' : '/process/args/0',
    call: 'execve',
    errno: errnoName(errno),
    ...(hint === undefined ? {} : { hint }),
  });
}
