/**
 * Makes the container's cgroups and enters them, before the container's first process is cloned: it is born a
 * member, and a cgroup namespace made afterwards has its root there.
 *
 * The usual case is one list of calls that expects nothing to be in the way. Where something is, the host is
 * looked at, and `join-carefully.ts` goes on.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, ignoreErrors } from '../kernel/call.ts';
import { mkdirat } from '../kernel/calls/file.ts';
import { AT_FDCWD } from '../kernel/constants/file.ts';
import type { DeviceRule } from '../spec/types.ts';
import { attachSelf, openForClone, strictly } from './attach.ts';
import { copyCpuset, usesCpuset } from './cpuset.ts';
import { devicePlace } from './device-place.ts';
import {
  type CarefulContext,
  isPermitted,
  type JoinEntry,
  joinCarefully,
  spareDirectories,
} from './join-carefully.ts';
import { explainJoin, isRefusal, refuseLimits } from './join-error.ts';
import { type JoinOutcome, refuse } from './join-outcome.ts';
import { earlyLimitSteps, lastLimitSteps, lateLimitSteps } from './limit-steps.ts';
import { type Limits, noLimits } from './limits.ts';
import { type CgroupDirectory, parentOf } from './paths.ts';
import { newDeviceWrites, writeDevicesIn } from './v1/devices.ts';
import { deviceProgramSteps } from './v2/device-steps.ts';
import { type CgroupOwner, ownerSteps } from './v2/owner.ts';

export interface JoinRequest {
  readonly directories: readonly CgroupDirectory[];
  /** linux.resources.devices; undefined leaves the controller alone. */
  readonly devices?: readonly DeviceRule[] | undefined;
  /** linux.resources, the rest of it. */
  readonly limits?: Limits;
  /** Whom the cgroup of version 2 is given to, before there is a process in it. */
  readonly owner?: CgroupOwner | undefined;
  /**
   * `optional`: an ordinary user who asks for no place goes on without those cgroups that may not be made and have
   * no limit.
   */
  readonly permission: 'required' | 'optional';
  /** An ordinary user, or root of a user namespace, goes on without device rules. */
  readonly rootless?: boolean;
  /**
   * How version 2 is joined. `attach`: like version 1, in some 10 ms. `clone`: by the caller, who gives
   * `Join.unified` to clone3(2) and, where that fails, does `attachUnified` and clones without.
   */
  readonly unified: 'attach' | 'clone';
}

export interface Join {
  /** For the actor `stub`. */
  readonly steps: readonly Step[];
  /** A descriptor of the version 2 directory; open in the stub until somebody closes it. */
  readonly unified?: Call;
  /** The version 2 directory entered by writing, where clone3 cannot do it. */
  readonly attachUnified: readonly Step[];
  /** Limits for when the container's first process is there, and has not done anything. For the actor `runtime`. */
  readonly afterClone: readonly Step[];
  /** Limits for when everything is mounted, before hooks look at them. For the actor `runtime`. */
  readonly afterMounts: readonly Step[];
  /** Known once the steps were executed. */
  readonly outcome: Readonly<JoinOutcome>;
}

const POINTER = '/linux/cgroupsPath';

/** @throws RuntimeError where the device rules cannot be had, see `resolveDeviceRules` and `deviceProgram` */
export function joinCgroups(request: JoinRequest): Join {
  const { directories, permission, limits = noLimits } = request;
  const outcome: JoinOutcome = { refused: new Set(), occupied: false };
  if (directories.length === 0)
    return { steps: [], attachUnified: [], afterClone: [], afterMounts: [], outcome };
  const born = request.unified === 'clone' ? directories.find(({ version }) => version === 2) : undefined;
  const unified = born && openForClone(born);
  const place = request.devices && devicePlace(directories);
  const writes = newDeviceWrites(directories, request.devices);
  const entries = directories.map(
    (directory): JoinEntry => ({
      directory,
      devices: (manner) => writeDevicesIn(directory, writes, request.rootless ? ignoreErrors : manner),
      enter: (manner) => (directory === born ? [] : attachSelf(directory, manner)),
    }),
  );
  const spare = spareDirectories(directories);
  const context = { name: nameOf(directories), pointer: POINTER, permission, spare, outcome, limits };
  const join = permission === 'optional' ? [makeWhatMay(entries, context)] : joinNew(entries, context);
  // In any case, so that what refers to the descriptor finds a result, if only an error.
  const given = born && request.owner ? ownerSteps(born.path, request.owner) : [];
  const open = unified ? [step('stub', 'open the cgroup of version 2', POINTER, [unified])] : [];
  const devices = place?.version === 2 ? programOf(place, request, outcome) : [];
  return {
    steps: [...join, ...given, ...open, ...devices],
    attachUnified: born ? [attachStep(born, context)] : [],
    afterClone: lateLimitSteps(limits, 'runtime'),
    afterMounts: lastLimitSteps(limits, 'runtime'),
    outcome,
    ...(unified ? { unified } : {}),
  };
}

function programOf(
  { path }: CgroupDirectory,
  request: JoinRequest,
  { refused }: JoinOutcome,
): readonly Step[] {
  const { devices = [], rootless = false } = request;
  return deviceProgramSteps({ path, rules: devices, rootless, isRefused: () => refused.has(path) });
}

/** Nothing is there yet, but every parent is. The directories come first: until then nobody has moved. */
function joinNew(entries: readonly JoinEntry[], context: CarefulContext): readonly Step[] {
  const make = entries.map(({ directory: { path } }) => mkdirat(AT_FDCWD, path, 0o755));
  return enterNew(entries, context, make);
}

/** What there are limits for gets them before there is a process in it. */
function enterNew(
  entries: readonly JoinEntry[],
  context: CarefulContext,
  make: readonly Call[] = [],
): readonly Step[] {
  const fill = [...make, ...fillNew(entries)];
  const enter = entries.flatMap((entry) => entry.enter(strictly));
  const limits = earlyLimitSteps(context.limits, 'stub');
  const verb = make.length > 0 ? 'make and join' : 'join';
  if (limits.length === 0)
    return [joinStep(`${verb} ${context.name}`, [...fill, ...enter], entries, context)];
  return [
    ...(fill.length > 0 ? [joinStep(`make ${context.name}`, fill, withoutEntering(entries), context)] : []),
    ...limits,
    ...(enter.length > 0 ? [joinStep(`join ${context.name}`, enter, entries, context)] : []),
  ];
}

function joinStep(
  name: string,
  calls: readonly Call[],
  entries: readonly JoinEntry[],
  context: CarefulContext,
): Step {
  return step('stub', name, POINTER, calls, {
    recover: (failure) => joinCarefully(entries, failure, context),
  });
}

function fillNew(entries: readonly JoinEntry[]): Call[] {
  return [
    ...entries.flatMap(({ directory }) =>
      usesCpuset(directory) ? copyCpuset(parentOf(directory.path), directory.path) : [],
    ),
    ...entries.flatMap(({ devices }) => devices(strictly)),
  ];
}

function withoutEntering(entries: readonly JoinEntry[]): readonly JoinEntry[] {
  return entries.map((entry) => ({ ...entry, enter: () => [] }));
}

/** An ordinary user may not make any, most of the time; so that is found out first. */
function makeWhatMay(entries: readonly JoinEntry[], context: CarefulContext): Step {
  const made = entries.map(({ directory }) => ignoreErrors(mkdirat(AT_FDCWD, directory.path, 0o755)));
  const name = `make ${context.name} in the hierarchies that are delegated to the user`;
  return step('stub', name, POINTER, made, {
    check: (results) => {
      const errors = made.map((call) => -results.value(call));
      const left = entries.filter((_, index) => !isRefusal(errors[index] ?? 0));
      for (const { directory } of entries) context.outcome.refused.add(directory.path);
      for (const { directory } of left) context.outcome.refused.delete(directory.path);
      refuseLimits(context);
      if (left.length === 0) return undefined;
      const odd = made.findIndex((_, index) => (errors[index] ?? 0) > 0 && !isRefusal(errors[index] ?? 0));
      return odd < 0 ? enterNew(left, context) : carefulSteps(left, made[odd], errors[odd], context);
    },
  });
}

function carefulSteps(
  entries: readonly JoinEntry[],
  call: Call | undefined,
  errno = 0,
  context: CarefulContext,
): readonly Step[] {
  if (!call) return [];
  const steps = joinCarefully(withoutEntering(entries), { call, errno }, context);
  if (steps instanceof RuntimeError) throw steps;
  const enter = entries.flatMap((entry) => entry.enter(strictly));
  return [
    ...steps,
    ...earlyLimitSteps(context.limits, 'stub'),
    joinStep(`join ${context.name}`, enter, entries, context),
  ];
}

function attachStep(directory: CgroupDirectory, context: CarefulContext): Step {
  return step('stub', `join "${directory.path}"`, POINTER, attachSelf(directory), {
    recover: ({ call, errno }) => {
      const { refused } = context.outcome;
      if (!isPermitted(directory.path, errno, context) && !refused.has(directory.path))
        return explainJoin(directory.path, call, errno, context);
      refuse(directory.path, context.outcome);
      refuseLimits(context);
      return [];
    },
  });
}

function nameOf(directories: readonly CgroupDirectory[]): string {
  return `the cgroup "${lastComponent(directories[0]?.path ?? '')}"`;
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
