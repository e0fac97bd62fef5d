/** The options of `npm run bench -- …`. */
import { parseArgs } from 'node:util';
import { type RuntimeName, runtimeNames } from './runtime-names.ts';

export interface BenchOptions {
  /** Samples per row and runtime. */
  readonly runs: number;
  /** How often the row of 100 runs is measured. */
  readonly batches: number;
  /** Where the raw results go. */
  readonly json: string | undefined;
  readonly quick: boolean;
  /** Writes results that exist already into docs/performance.md, and draws them. */
  readonly page: boolean;
  /** Rows to measure instead of all. */
  readonly only: readonly string[] | undefined;
  /** Runtimes to compare instead of all. */
  readonly runtimes: readonly RuntimeName[] | undefined;
}

/** The command line is wrong, and so deserves the usage. */
export class OptionError extends Error {}

export const usage = `npm run bench -- [--runs N] [--batches N] [--only ROWS] [--runtimes NAMES] [--json FILE] [--quick] [--page]

  --runs N          samples per row and runtime (default 40)
  --batches N       how often 100 runs are measured (default 3)
  --only ROWS       measure these rows alone, for example run,exec,create
  --runtimes NAMES  compare these runtimes alone, for example "tsrun,runc,crun"
  --json FILE       write the raw results to this file
  --quick           3 samples, one batch: to see that it works
  --page            write the newest results, or those of --json FILE, into docs/performance.md, and draw the charts

Without --json, samples go to .cache/bench while they are taken, and those of a whole measurement to bench/results in the
end.`;

/** @throws OptionError */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { quick, page, json, only, runtimes, ...values } = parsed(argv);
  return {
    runs: count('--runs', values.runs, quick ? 3 : 40),
    batches: count('--batches', values.batches, quick ? 1 : 3),
    ...{ json, quick, page },
    only: only?.split(','),
    runtimes: runtimes?.split(',').map(runtimeName),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        runs: { type: 'string' },
        batches: { type: 'string' },
        only: { type: 'string' },
        runtimes: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
        page: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(error instanceof Error ? error.message : String(error));
  }
}

function runtimeName(given: string): RuntimeName {
  const found = runtimeNames.find((name) => name === given);
  if (found === undefined)
    throw new OptionError(`--runtimes: "${given}" is not one of ${runtimeNames.join(', ')}`);
  return found;
}

function count(option: string, given: string | undefined, otherwise: number): number {
  const number = Number(given ?? otherwise);
  if (!Number.isInteger(number) || number < 1)
    throw new OptionError(`${option} ${given}: expected a whole number from 1`);
  return number;
}
