/** The integration tests in the guest: root's as root, those of ordinary users as one with a delegated cgroup. */
import { addCounts, type Tally } from '../test/runs.ts';
import { type Guest, inGuest, outputOf } from './guest.ts';
import type { JsRuntime, Manager } from './options.ts';
import type { Account } from './port.ts';
import { quoted, terminal } from './terminal.ts';

/** One vitest in the guest. */
export interface TestRun {
  readonly account: Account;
  readonly jsRuntime: JsRuntime;
  readonly manager: Manager;
  /** Parts of names of test files; empty: all. */
  readonly files: readonly string[];
}

/** Seconds; far more than a run takes, which is half an hour where software runs the guest on a machine that is idle. */
const LONGEST = 2 * 60 * 60;

/** How much slower than a machine a guest is that software runs; longest waits are multiplied with it. */
export const slowness = { kvm: 2, tcg: 10 } as const;

const projects = { root: 'integration', user: 'rootless' } as const satisfies Record<Account, string>;

export async function testIn(guest: Guest, run: TestRun): Promise<Tally> {
  const { account, jsRuntime, manager, files } = run;
  const project = `${projects[account]}-${jsRuntime}`;
  const who = account === 'root' ? 'root' : 'a user with a delegated cgroup';
  console.log(`in the guest, as ${who}, ${manager}, ${[project, ...files].join(' ')}:`);
  const counts = `/tmp/tsrun-counts-${account}`;
  const { TSRUN_SEED, CI } = process.env;
  const settings = Object.entries({
    ...{ TSRUN_SEED, CI, TSRUN_COUNTS: counts, TSRUN_QUIET: '1', NO_COLOR: '1' },
    TSRUN_SLOW: String(slowness[guest.accelerator]),
    TSRUN_CGROUP_MANAGER: manager,
  });
  const environment = settings.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const vitest = [
    ...['dist/engine/node', 'node_modules/vitest/vitest.mjs', 'run', '--configLoader=native'],
    // One process for many files: to start one for each takes minutes here.
    ...['--no-isolate', '--passWithNoTests', '--project', project, ...files],
  ];
  await outputOf(guest, account, `: >${counts}`);
  await inGuest(guest, account, quoted(['env', ...environment, ...vitest]), LONGEST, terminal);
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  addCounts(tally, (await outputOf(guest, account, `cat ${counts}`)).trim(), `in the guest, ${project}`);
  return tally;
}
