/** The integration tests in the guest: root's as root, those of ordinary users as one with a delegated cgroup. */
import { addCounts, type Tally } from '../test/runs.ts';
import { type Guest, inGuest, outputOf } from './guest.ts';
import type { Options } from './options.ts';
import type { Account } from './port.ts';
import { quoted, terminal } from './terminal.ts';

/** Seconds; far more than a run takes. */
const LONGEST = 90 * 60;

/** How much slower than a machine a guest is that software runs; longest waits are multiplied with it. */
const slowness = { kvm: 2, tcg: 10 };

const projects = { root: 'integration', user: 'rootless' } as const satisfies Record<Account, string>;

/** Runs the tests of one account. */
export async function testIn(guest: Guest, account: Account, options: Options): Promise<Tally> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const names = options.engines.map((engine) => `${projects[account]}-${engine}`);
  const counts = `/tmp/tsrun-counts-${account}`;
  console.log(`in the guest, as ${account === 'root' ? 'root' : 'a user with a delegated cgroup'}:`);
  const { TSRUN_LONG, TSRUN_SEED, CI } = process.env;
  const environment = {
    ...{ TSRUN_LONG, TSRUN_SEED, CI },
    ...{
      TSRUN_COUNTS: counts,
      TSRUN_SLOW: String(slowness[guest.accelerator]),
      TSRUN_QUIET: '1',
      NO_COLOR: '1',
    },
  };
  const vitest = [
    ...['dist/engine/node', 'node_modules/vitest/vitest.mjs', 'run', '--configLoader=native'],
    ...['--passWithNoTests', ...names.flatMap((name) => ['--project', name]), ...options.files],
  ];
  const settings = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  await outputOf(guest, account, `: >${counts}`);
  await inGuest(guest, account, quoted(['env', ...settings, ...vitest]), LONGEST, terminal);
  const line = await outputOf(guest, account, `cat ${counts}`);
  addCounts(total, line.trim(), names.join(', '));
  return total;
}
