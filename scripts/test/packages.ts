/** The Debian packages that tests need: installed when root runs the tests, named otherwise. */
import { spawnSync } from 'node:child_process';
import { type Need, needs } from '../../test/setup/needs.ts';

/** Prints what it does; nothing when everything is there. */
export function installPackages(wanted: readonly Need[] = Object.values(needs)): void {
  const missing = wanted.filter((need) => !need.present());
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  if (root && !process.env.TSRUN_NO_INSTALL) install(missing);
  const absent = missing.filter((need) => !need.present());
  for (const need of absent) console.log(`not installed: ${need.package}; skipped: ${need.purpose}`);
  if (absent.length === 0) return;
  console.log(`to run everything: apt-get install ${absent.map((need) => need.package).join(' ')}`);
}

function install(missing: readonly Need[]): void {
  const names = missing.map((need) => need.package);
  console.log(`installing with apt-get: ${names.join(' ')}`);
  const updated = aptGet(['update']);
  // The lists may be there and good although one source could not be reached.
  // Nor is anything to go for them: what Docker's own packages bring, for example, Debian's conflict with.
  const installed = aptGet(['install', '--yes', '--no-remove', '--no-install-recommends', ...names]);
  if (!installed.ok) console.log(`apt-get failed:\n${updated.ok ? '' : updated.output}${installed.output}`);
}

function aptGet(args: readonly string[]): { ok: boolean; output: string } {
  const { status, error, stdout, stderr } = spawnSync('apt-get', ['-qq', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    // What tests need are programs: no daemon is to be started, systemctl(1).
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1' },
  });
  return { ok: status === 0, output: error?.message ?? `${stdout}${stderr}` };
}
