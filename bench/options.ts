/** The options of `npm run bench -- …`. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Samples per row and runtime. */
  readonly runs: number;
  /** How often the rows of 100 runs are measured. */
  readonly batches: number;
  /** Where the raw results go besides bench/results. */
  readonly json: string | undefined;
  /** Says where the time of one `run` goes, in place of comparing. */
  readonly profile: boolean;
  readonly quick: boolean;
  /** Draws results that are there already. */
  readonly chart: boolean;
}

export const usage = `npm run bench -- [--runs N] [--batches N] [--json FILE] [--quick] [--profile] [--chart]

  --runs N     samples per row and runtime (default 40)
  --batches N  how often 100 runs are measured (default 3)
  --json FILE  write the raw results there; without, below bench/results (not with --quick)
  --quick      10 samples, one batch: to see that it works
  --profile    where the milliseconds of one "run" go
  --chart      draw the newest results, or those of --json FILE, as bench/results/chart.svg`;

/** @throws TypeError for words that are no options */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string' },
      batches: { type: 'string' },
      chart: { type: 'boolean', default: false },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const { quick, profile, json, chart } = values;
  const runs = count('--runs', values.runs, quick ? 10 : 40);
  const batches = count('--batches', values.batches, quick ? 1 : 3);
  return { runs, batches, json, profile, quick, chart };
}

function count(option: string, given: string | undefined, otherwise: number): number {
  const number = Number(given ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`${option} wants a number from 1`);
  return number;
}
