/** What `npm test` and `npm run test:all` consist of, in the order in which it runs. */
import { foreignSuite } from './foreign.ts';
import { guestTests } from './guest.ts';
import { rootlessRuns, type Tally, vitest } from './runs.ts';

export interface Part {
  /** On the command line of `npm run test:all`. */
  readonly name: string;
  /** In docs/test-results.md. */
  readonly title: string;
  /** Only `npm run test:all` has it. */
  readonly long?: true;
  /** @param scratch for counts and copies */
  readonly run: (total: Tally, scratch: string) => void;
}

export const parts: readonly Part[] = [
  {
    name: 'tests',
    title: 'unit and integration tests',
    run: (total, scratch) => vitest(total, scratch, ['unit', 'integration-quickjs', 'integration-node']),
  },
  {
    name: 'engines',
    title: 'engines',
    run: (total, scratch) => vitest(total, scratch, ['engines', 'engines-node']),
  },
  { name: 'rootless', title: 'rootless tests', run: rootlessRuns },
  // After all others: what is packaged is what they have tested.
  { name: 'package', title: 'packages', run: (total, scratch) => vitest(total, scratch, ['package']) },
  {
    name: 'sanitizers',
    title: 'with sanitizers',
    long: true,
    run: (total, scratch) => vitest(total, scratch, ['sanitizers']),
  },
  { name: 'guest', title: 'in the guest', long: true, run: guestTests },
  { name: 'runc', title: "runc's own suite", long: true, run: foreignSuite },
];

/** @param names those that are asked for; none: all @throws TypeError for one that is not known */
export function chosenParts(all: boolean, names: readonly string[]): readonly Part[] {
  const known = parts.filter(({ long }) => all || !long);
  const unknown = names.find((name) => !known.some((part) => part.name === name));
  if (unknown !== undefined)
    throw new TypeError(`unknown part "${unknown}"; known: ${known.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
}
