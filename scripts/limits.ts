/**
 * `npm run limits [-- --runtime PATH] [--cgroup-manager cgroupfs|systemd] [--only TEXT]… [--json FILE]`: makes the
 * proofs of test/limits on a runtime with runc's command line, as whoever calls it. The status is 0 where every limit
 * that was accepted holds. `--json` adds what came out to a file.
 * `-- --guest [--runtime PATH] [--only TEXT]… [--json FILE]`: the same in the guest of `npm run test:vm`, with tsrun, runc
 * and crun, or with the one that is named, with both managers, as root and as a user; into test/limits/results.json
 * where no file is named.
 * `-- --page [FILE]…` adds what is in these files to test/limits/results.json, and writes the table of docs/cgroups.md.
 */
import { parseArgs } from 'node:util';
import { inRoot } from './build/paths.ts';
import { writePage } from './limits/page.ts';
import { keep, readResults, resultsFile } from './limits/results.ts';
import { runProofs } from './limits/run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: 'string' },
    'cgroup-manager': { type: 'string', default: 'cgroupfs' },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    guest: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});
const manager = values['cgroup-manager'];
if (manager !== 'cgroupfs' && manager !== 'systemd') throw new Error(`no cgroup manager "${manager}"`);

if (values.page) {
  for (const file of positionals) keep(resultsFile, readResults(file));
  writePage();
} else if (values.guest) {
  // Not loaded in the guest itself.
  const { build } = await import('./build/build.ts');
  const { runProofsInGuest } = await import('./limits/guest.ts');
  await build();
  await runProofsInGuest(values.runtime, values.only, values.json ?? resultsFile);
} else {
  const run = await runProofs({ runtime: values.runtime ?? inRoot('bin/tsrun'), manager, only: values.only });
  if (values.json !== undefined) keep(values.json, [run]);
  const failed = Object.values(run.verdicts).filter(({ kind }) => kind === 'not in force');
  process.exitCode = failed.length === 0 ? 0 : 1;
}
