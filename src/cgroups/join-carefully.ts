/**
 * The second attempt at joining the container's cgroups, when the first one met something: directories that are
 * there already, parents that are not, cpusets without CPUs, or a user who may not.
 */

import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type Failure, ignoreErrors, type Results, tolerate } from '../kernel/call.ts';
import { mkdirat } from '../kernel/calls/file.ts';
import { AT_FDCWD } from '../kernel/constants/file.ts';
import { EEXIST } from '../kernel/errno.ts';
import { existsSync } from '../kernel/file-system.ts';
import type { Manner } from './attach.ts';
import { copyCpuset, cpusetFiles, usesCpuset } from './cpuset.ts';
import { readOrEmpty } from './file-text.ts';
import { explainJoin, isRefusal, refuseLimits } from './join-error.ts';
import { type JoinOutcome, refuse, removeEmpty } from './join-outcome.ts';
import type { Limits } from './limits.ts';
import { occupied } from './occupied.ts';
import { type CgroupDirectory, parentOf } from './paths.ts';

/** One hierarchy: what is done there once the directory exists. */
export interface JoinEntry {
  readonly directory: CgroupDirectory;
  readonly devices: (manner: Manner) => Call[];
  readonly enter: (manner: Manner) => Call[];
}

export interface CarefulContext {
  /** `the cgroup "web"` */
  readonly name: string;
  readonly pointer: string;
  readonly permission: 'required' | 'optional';
  /** Paths in hierarchies that nothing needs: what an ordinary user is refused there is no harm. */
  readonly spare: ReadonlySet<string>;
  readonly outcome: JoinOutcome;
  readonly limits: Limits;
}

/** Version 2 beside version 1 is delegated to nobody, as a rule, and has no limits of the container's. */
export function spareDirectories(directories: readonly CgroupDirectory[]): ReadonlySet<string> {
  const isHybrid = directories.some(({ version }) => version === 1);
  const spare = isHybrid ? directories.filter(({ version }) => version === 2) : [];
  return new Set(spare.map(({ path }) => path));
}

/** @param failure of the first attempt */
export function joinCarefully(
  entries: readonly JoinEntry[],
  failure: Failure,
  context: CarefulContext,
): readonly Step[] | RuntimeError {
  // Past the directories, it is our own stub that the cgroups have in them, and all of them are new.
  const isEarly = failure.call.name === 'mkdirat';
  const problem = isEarly ? occupied(entries.map(({ directory }) => directory)) : undefined;
  if (problem) {
    context.outcome.occupied = true;
    removeMade(entries, failure.call);
    return problem;
  }
  const attempts = entries.map((entry) => attempt(entry));
  const calls = attempts.flatMap((one) => one.calls);
  return [
    step('stub', `make and join ${context.name}`, context.pointer, calls, {
      check: (results) => judge(attempts, results, context),
    }),
  ];
}

interface Attempt {
  readonly path: string;
  readonly calls: readonly Call[];
}

/** Every error is a result here, to be judged hierarchy by hierarchy. */
function attempt({ directory, devices, enter }: JoinEntry): Attempt {
  const levels = missingLevels(directory);
  const make = levels.map((path) => tolerateExisting(mkdirat(AT_FDCWD, path, 0o755)));
  const fill = usesCpuset(directory)
    ? emptyLevels(directory.path, levels).flatMap((path) => fillCpuset(path))
    : [];
  return {
    path: directory.path,
    calls: [...make, ...fill, ...devices(ignoreErrors), ...enter(ignoreErrors)],
  };
}

function tolerateExisting(call: Call): Call {
  return { ...tolerate(call, EEXIST), tolerated: 'all' };
}

/** The directory and its parents, from the top, as far as they are not there. */
function missingLevels({ path }: CgroupDirectory): string[] {
  const missing: string[] = [];
  for (let level = path; level !== '' && !existsSync(level); level = parentOf(level)) missing.unshift(level);
  return missing;
}

/** From the top: levels that are to be made, and those above that nobody has filled in. */
function emptyLevels(path: string, missing: readonly string[]): string[] {
  const empty = [...missing];
  let level = missing[0] === undefined ? path : parentOf(missing[0]);
  while (
    level !== '' &&
    cpusetFiles.some((file) => existsSync(`${level}/${file}`) && readOrEmpty(`${level}/${file}`) === '')
  ) {
    empty.unshift(level);
    level = parentOf(level);
  }
  return empty;
}

function fillCpuset(path: string): Call[] {
  return copyCpuset(parentOf(path), path, ignoreErrors);
}

/** @throws RuntimeError for the first failure that is not a permitted refusal */
function judge(attempts: readonly Attempt[], results: Results, context: CarefulContext): undefined {
  for (const { path, calls } of attempts) {
    // The calls behind a failed one were skipped, so the first error is the one that counts.
    const failed = calls.find((call) => call.tolerated === 'all' && isError(call, results));
    if (!failed) continue;
    const errno = -results.value(failed);
    if (!isPermitted(path, errno, context)) throw explainJoin(path, failed, errno, context);
    refuse(path, context.outcome);
    refuseLimits(context);
  }
  return undefined;
}

/** Whether the container may go on without this cgroup. */
export function isPermitted(
  path: string,
  errno: number,
  { permission, spare }: Pick<CarefulContext, 'permission' | 'spare'>,
): boolean {
  return isRefusal(errno) && (permission === 'optional' || spare.has(path));
}

function isError(call: Call, results: Results): boolean {
  const value = results.value(call);
  return value < 0 && !(call.name === 'mkdirat' && value === -EEXIST);
}

/** Those before the one that was there already. */
function removeMade(entries: readonly JoinEntry[], failed: Call): void {
  const end = entries.findIndex(({ directory }) => failed.args[1] === directory.path);
  for (const { directory } of entries.slice(0, end)) removeEmpty(directory.path);
}
