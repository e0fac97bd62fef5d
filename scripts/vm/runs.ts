/** Which tests are run in the guest: all of them, or those that the command line asks for. */
import type { Options } from './options.ts';
import type { TestRun } from './tests.ts';

/** What is worth a run of its own with systemd as the manager, and with Node. */
const cgroupFiles = [
  'lifecycle',
  'exec.test',
  'limits',
  'limit-proofs',
  'update',
  'pause',
  'events',
  'ps.test',
  'kill',
];

/** Everything on QuickJS with cgroupfs, and what has to do with cgroups once more with systemd, and on Node. */
export const wholeRuns: readonly TestRun[] = (['root', 'user'] as const).flatMap((account) => [
  { account, jsRuntime: 'quickjs', manager: 'cgroupfs', files: [] },
  { account, jsRuntime: 'quickjs', manager: 'systemd', files: cgroupFiles },
  { account, jsRuntime: 'node', manager: 'cgroupfs', files: cgroupFiles },
]);

export function testRuns({ accounts, jsRuntimes, manager, files }: Options): readonly TestRun[] {
  if (jsRuntimes === undefined && manager === undefined && files.length === 0)
    return wholeRuns.filter(({ account }) => accounts.includes(account));
  const chosen = jsRuntimes ?? ['quickjs'];
  return accounts.flatMap((account) =>
    chosen.map((jsRuntime) => ({ account, jsRuntime, manager: manager ?? 'cgroupfs', files })),
  );
}
