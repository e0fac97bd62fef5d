/** The command line of `npm run test:runc`. */
import { parseArgs } from 'node:util';
import { type CallerName, callerNames, type RuntimeName, runtimeNames } from './results.ts';

export interface Options {
  readonly runtimes: readonly RuntimeName[];
  readonly callers: readonly CallerName[];
  /** Names of files of the suite; empty: all of them. */
  readonly files: readonly string[];
}

export const usage = `usage: npm run test:runc -- [--runtime NAME]… [--as NAME]… [FILE.bats]…
  --runtime  ${runtimeNames.map(quoted).join(', ')}; default: the first three
  --as       ${callerNames.map(quoted).join(', ')}; default: all
  FILE.bats  only these files of the suite; their results replace those that are kept`;

/** @throws TypeError for what is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { runtime: { type: 'string', multiple: true }, as: { type: 'string', multiple: true } },
  });
  return {
    runtimes: chosen(values.runtime, runtimeNames, runtimeNames.slice(0, 3)),
    callers: chosen(values.as, callerNames, callerNames),
    files: positionals,
  };
}

function chosen<T extends string>(
  given: string[] | undefined,
  known: readonly T[],
  all: readonly T[],
): readonly T[] {
  if (given === undefined) return all;
  return given.map((name) => {
    const found = known.find((other) => other === name);
    if (found === undefined) throw new TypeError(`unknown name "${name}"`);
    return found;
  });
}

function quoted(name: string): string {
  return name.includes(' ') ? `"${name}"` : name;
}
