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
}

export const usage = `npm run bench -- [--runs N] [--json FILE] [--quick] [--profile]

  --runs N     samples per row and runtime (default 40)
  --json FILE  write the raw results there; without, below bench/results (not with --quick)
  --quick      10 samples, one batch: to see that it works
  --profile    where the milliseconds of one "run" go`;

/** @throws TypeError for words that are no options */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const { quick, profile, json } = values;
  const runs = Number(values.runs ?? (quick ? 10 : 40));
  if (!Number.isInteger(runs) || runs < 1) throw new TypeError('--runs wants a number from 1');
  return { runs, batches: quick ? 1 : 3, json, profile, quick };
}
