/**
 * `npm test`: installs what tests need, builds, checks and runs every test this machine can run; as root the
 * rootless ones too, as users made for that. `--all` (`npm run test:all`) adds the long batteries,
 * the guest and runc's suite. Names of parts (test/parts.ts) stand for these alone.
 *
 * The last line is always `N passed, N failed, N skipped`, over all runs; the status is 0 only when something
 * passed and nothing failed. A check that is not a test (build, lint, types) counts as one failure when it fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { link } from './link/link.ts';
import { installPackages } from './test/packages.ts';
import { chosenParts } from './test/parts.ts';
import { record, testedCommit } from './test/record.ts';
import { check, type Tally } from './test/runs.ts';

const all = process.argv.includes('--all');
if (all) process.env.TSRUN_LONG = '1';
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
// Below /tmp, whatever TMPDIR says: the test users must be able to reach it.
const scratch = mkdtempSync('/tmp/tsrun-run-');

attempt(total, () => {
  const parts = chosenParts(
    all,
    process.argv.slice(2).filter((name) => name !== '--all'),
  );
  const commit = testedCommit();
  if (!check(total, 'build')) return;
  // After the build, for what is looked for is looked for with tsrun's own code.
  installPackages();
  link();
  // After the installation, which brings what the C sources are checked with.
  check(total, 'lint');
  check(total, 'typecheck');
  for (const part of parts) {
    const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
    const begin = Date.now();
    attempt(tally, () => part.run(tally, scratch));
    // At once: the whole takes hours, and may be ended before.
    if (all) attempt(total, () => record({ part, tally, milliseconds: Date.now() - begin, commit }));
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
});
attempt(total, () => rmSync(scratch, { recursive: true, force: true }));
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function attempt(tally: Tally, what: () => void): void {
  try {
    what();
  } catch (error) {
    console.error(`tsrun: ${error instanceof Error ? error.stack : error}`);
    tally.failed += 1;
  }
}
