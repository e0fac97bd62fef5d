/** runc's own suite as a part of `npm run test:all`. */
import { spawnSync } from 'node:child_process';
import { inRoot } from '../build/paths.ts';
import { readResults } from '../foreign/results.ts';
import type { Tally } from './runs.ts';

/** A failure whose reason is written down counts as skipped; the script fails for any other. */
export function foreignSuite(total: Tally): void {
  if (process.getuid?.() !== 0) {
    console.log("skipped: runc's suite needs root");
    total.skipped += 1;
    return;
  }
  const script = [inRoot('scripts/foreign.ts'), '--runtime', 'tsrun'];
  const { status } = spawnSync(process.execPath, script, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.log('failed: npm run test:runc');
    total.failed += 1;
    return;
  }
  for (const run of readResults().runs.filter(({ runtime }) => runtime === 'tsrun')) {
    for (const { result } of Object.values(run.files).flat()) {
      total[result === 'pass' ? 'passed' : 'skipped'] += 1;
    }
  }
}
