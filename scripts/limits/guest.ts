/** The proofs on version 2: in a guest of `npm run test:vm`, every runtime with both managers, as root and as a user. */
import { endGuest, type Guest, inGuest, outputOf } from '../vm/guest.ts';
import type { Account } from '../vm/port.ts';
import { openGuest } from '../vm/session.ts';
import { quoted, terminal } from '../vm/terminal.ts';
import { slowness } from '../vm/tests.ts';
import { keep } from './results.ts';

const runtimes = ['dist/bin/tsrun', '/usr/sbin/runc', '/usr/bin/crun'];
const managers = ['cgroupfs', 'systemd'];

/** Seconds; far more than the proofs take on one runtime. */
const LONGEST = 60 * 60;

/** Something to swap to, and a scheduler with weights. */
const PREPARATION = `
dd if=/dev/zero of=/swap bs=1M count=256 status=none
chmod 600 /swap && mkswap --quiet /swap && swapon /swap
modprobe bfq`;

/**
 * @param runtime all three if undefined
 * @param file gets the results, those of each runtime as soon as they are there
 */
export async function runProofsInGuest(
  runtime: string | undefined,
  only: readonly string[],
  file: string,
): Promise<void> {
  const wanted = runtime === undefined ? runtimes : [runtime];
  const guest = await openGuest(false);
  try {
    await outputOf(guest, 'root', PREPARATION);
    for (const account of ['root', 'user'] as const)
      for (const runtime of wanted)
        for (const manager of managers) await runProofsAs(guest, account, { runtime, manager, only, file });
  } finally {
    endGuest(guest);
  }
}

interface Wanted {
  readonly runtime: string;
  readonly manager: string;
  readonly only: readonly string[];
  readonly file: string;
}

/** The status is left alone: what does not hold is in the results. */
async function runProofsAs(guest: Guest, account: Account, { runtime, manager, only, file }: Wanted) {
  const results = `/tmp/limits-${account}.json`;
  const options = ['--runtime', runtime, '--cgroup-manager', manager, '--json', results];
  const parts = only.flatMap((part) => ['--only', part]);
  const proofs = ['dist/engine/node', 'scripts/limits.ts', ...options, ...parts];
  const line = quoted(['env', `TSRUN_SLOW=${slowness[guest.accelerator]}`, ...proofs]);
  await inGuest(guest, account, `rm -f ${results}; ${line}`, LONGEST, terminal);
  keep(file, JSON.parse(await outputOf(guest, account, `cat ${results}`)));
}
