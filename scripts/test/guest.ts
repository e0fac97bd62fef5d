/** The tests in the guest as a part of `npm run test:all`. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../build/paths.ts';
import { addCounts, type Tally } from './runs.ts';

/** @param scratch where the counts are left */
export function guestTests(total: Tally, scratch: string): void {
  const unable =
    process.arch === 'x64' ? process.getuid?.() !== 0 && 'needs root' : 'needs an x86-64 machine';
  if (unable) {
    console.log(`skipped: npm run test:vm ${unable}`);
    total.skipped += 1;
    return;
  }
  const counts = join(scratch, 'counts-guest');
  // Its guest ends with it, and it ends with this process.
  const script = ['--pdeathsig', 'TERM', '--', process.execPath, inRoot('scripts/vm.ts')];
  spawnSync('setpriv', script, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TSRUN_COUNTS: counts },
  });
  addCounts(total, existsSync(counts) ? readFileSync(counts, 'utf8').trim() : '', 'npm run test:vm');
}
