/** Copies extended attributes, xattr(7), from one open file to another: file capabilities for one. What the other's filesystem does not take stays away. */
import { type Step, step } from '../init/step.ts';
import { type Call, ignoreErrors, type Results } from '../kernel/call.ts';
import { fgetxattr, flistxattr, fsetxattr } from '../kernel/calls/file.ts';

const NAMES = 1024;
const VALUE = 4096;

export interface Pair {
  readonly input: Call;
  readonly output: Call;
}

/** Larger lists of names and larger values are left out. */
export function attributeSteps(pairs: readonly Pair[], pointer: string): readonly Step[] {
  const lists = pairs.map((pair) => ({ ...pair, list: ignoreErrors(flistxattr(pair.input, NAMES)) }));
  const calls = lists.map(({ list }) => list);
  return [
    step('init', 'look for extended attributes', pointer, calls, {
      check: (results) => {
        const found = lists.flatMap(({ input, output, list }) =>
          namesIn(results, list).map((name) => ({
            ...{ output, name },
            value: ignoreErrors(fgetxattr(input, name, VALUE)),
          })),
        );
        return found.length === 0 ? [] : [copyValues(found, pointer)];
      },
    }),
  ];
}

function namesIn(results: Results, list: Call): readonly string[] {
  const length = results.value(list);
  if (length <= 0) return [];
  return Buffer.from(results.bytes(list).subarray(0, length)).toString().split('\0').filter(Boolean);
}

function copyValues(
  found: readonly { readonly output: Call; readonly name: string; readonly value: Call }[],
  pointer: string,
): Step {
  const values = found.map(({ value }) => value);
  return step('init', 'read extended attributes', pointer, values, {
    check: (results) => {
      const sets = found
        .filter(({ value }) => results.value(value) >= 0)
        .map(({ output, name, value }) =>
          ignoreErrors(fsetxattr(output, name, results.bytes(value).slice(0, results.value(value)))),
        );
      return sets.length === 0 ? [] : [step('init', 'copy extended attributes', pointer, sets)];
    },
  });
}
