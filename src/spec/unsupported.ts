/**
 * Fields of the spec that this version does not implement. Asking for one is an error: a container that
 * silently runs without its seccomp filter or its memory limit is worse than one that does not run.
 */

import type { Problem } from './problem.ts';

const LINUX_FIELDS: readonly string[] = [];

type Fields = Readonly<Record<string, unknown>>;

/** `config` may be of any shape. Runs on every create, so it takes no detour. */
export function unsupportedInConfig(config: unknown): Problem[] {
  const problems: Problem[] = [];
  const { linux } = fieldsOf(config);
  collect(linux, LINUX_FIELDS, '/linux', problems);
  return problems;
}

function collect(subject: unknown, names: readonly string[], at: string, problems: Problem[]): void {
  const fields = fieldsOf(subject);
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined && asks(value)) problems.push(problem(`${at}/${name}`));
  }
}

function fieldsOf(subject: unknown): Fields {
  return typeof subject === 'object' && subject !== null ? (subject as Fields) : {};
}

/** Absent, false and empty values, at any depth, ask for nothing. */
function asks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return value !== undefined && value !== null && value !== '' && value !== false;
  }
  return Object.values(value).some(asks);
}

function problem(pointer: string): Problem {
  return {
    pointer,
    expected: 'nothing',
    found: 'is not implemented by this version of tsrun',
    hint: 'remove it, or use runc or crun for this bundle',
    unsupported: true,
  };
}
