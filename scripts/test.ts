/**
 * `npm test`: installs what tests need, builds, checks and runs every test this machine can run; as root the
 * rootless ones too, as users made for that. `--all` (`npm run test:all`) adds the long batteries,
 * the guest and runc's suite.
 *
 * The last line is always `N passed, N failed, N skipped`, over all runs; the status is 0 only when something
 * passed and nothing failed. A check that is not a test (build, lint, types) counts as one failure when it fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { link } from './link/link.ts';
import { foreignSuite } from './test/foreign.ts';
import { guestTests } from './test/guest.ts';
import { installPackages } from './test/packages.ts';
import { record } from './test/record.ts';
import { checks, rootlessRuns, type Tally, vitest } from './test/runs.ts';

const all = process.argv.includes('--all');
if (all) process.env.TSRUN_LONG = '1';
const begin = Date.now();
// Below /tmp, whatever TMPDIR says: the test users must be able to reach it.
const scratch = mkdtempSync('/tmp/tsrun-run-');
const total: Tally = { passed: 0, failed: 0, skipped: 0 };

attempt(() => {
  if (!checks(total)) return;
  // After the build, for what is looked for is looked for with tsrun's own code.
  installPackages();
  link();
  vitest(total, scratch, ['unit', 'integration-bun', 'integration-node']);
  vitest(total, scratch, ['engines']);
  rootlessRuns(total, scratch);
  // After all others: what is packaged is what they have tested.
  vitest(total, scratch, ['package']);
});
if (all) attempt(() => guestTests(total, scratch));
if (all) attempt(() => foreignSuite(total));
if (all) attempt(() => record(total, Date.now() - begin));
attempt(() => rmSync(scratch, { recursive: true, force: true }));
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function attempt(part: () => void): void {
  try {
    part();
  } catch (error) {
    console.error(`tsrun: ${error instanceof Error ? error.stack : error}`);
    total.failed += 1;
  }
}
