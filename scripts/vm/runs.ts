/** Which tests are run in the guest: all of them, or those that the command line asks for. */
import type { Options } from './options.ts';
import type { TestRun } from './tests.ts';

/** What is worth a run of its own with systemd as the manager, and with Node. */
const cgroupFiles = ['lifecycle', 'exec.test', 'limits', 'update', 'pause', 'events', 'ps.test', 'kill'];

/** Everything on Bun with cgroupfs, and what has to do with cgroups once more with systemd, and on Node. */
export function testRuns({ accounts, engines, manager, files }: Options): TestRun[] {
  return accounts.flatMap((account) => {
    if (engines !== undefined || manager !== undefined || files.length > 0) {
      const chosen = engines ?? ['bun'];
      return chosen.map((engine) => ({ account, engine, manager: manager ?? 'cgroupfs', files }));
    }
    return [
      { account, engine: 'bun', manager: 'cgroupfs', files: [] },
      { account, engine: 'bun', manager: 'systemd', files: cgroupFiles },
      { account, engine: 'node', manager: 'cgroupfs', files: cgroupFiles },
    ] satisfies TestRun[];
  });
}

/** Whether the whole of it is run, for the record. */
export function isWhole({ accounts, engines, manager, files }: Options): boolean {
  return accounts.length === 2 && engines === undefined && manager === undefined && files.length === 0;
}
