/** The package for Debian: installs, runs, and leaves nothing when it is purged. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, type TestContext, test } from 'vitest';
import { debianRoot } from '../setup/debian-root.ts';
import { need, needRoot, staticBusybox } from '../setup/needs.ts';

/** Everything but what dpkg and apt keep about packages, and where the test puts its own things. */
const LIST = `find / -xdev \\( -path /tmp -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache/ldconfig \\) -prune -o \\
  \\( -type d -printf '%p %y %m %u %g\\n' , ! -type d -printf '%p %y %m %u %g %s %l\\n' \\) | sort`;

const INSTALL = `set -e
dpkg --install /tmp/tsrun.deb >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
dpkg --audit
dpkg --verify tsrun
command -v tsrun
for page in /usr/share/man/man8/tsrun*.8.gz; do gzip --test "$page"; done`;

/** The cgroups of these containers are the machine's: no other test may have one of that name. */
const RUN = `set -e
cd /tmp/bundle
tsrun spec
sed -i 's/"sh"/"sh", "-c", "echo in a container of $(id -u)"/; s/"terminal": true/"terminal": false/' config.json
tsrun run package-${process.pid}-root
tsrun list --quiet
rm config.json
mkdir -p /tmp/home/run && chmod 0777 /tmp/bundle && chown -R 1000:1000 /tmp/home
setpriv --reuid=1000 --regid=1000 --clear-groups env -i HOME=/tmp/home XDG_RUNTIME_DIR=/tmp/home/run /bin/sh -ec '
  /usr/bin/tsrun spec --rootless
  sed -i "s/\\"sh\\"/\\"sh\\", \\"-c\\", \\"echo in a container of an ordinary user\\"/; s/\\"terminal\\": true/\\"terminal\\": false/" config.json
  /usr/bin/tsrun run package-${process.pid}-user'`;

const PURGE = `dpkg --purge tsrun >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
dpkg --audit`;

test('depends on no other package', () => {
  const { stdout } = spawnSync('dpkg-deb', ['--field', inject('packages').debian], { encoding: 'utf8' });
  expect(stdout).toContain('\nRecommends: uidmap, fuse-overlayfs\n');
  expect(stdout).not.toMatch(/^(Pre-)?Depends:/m);
});

test('in the Debian of this machine', { timeout: 400_000 }, async (context) => {
  await installsRunsAndGoes(context, {});
});

/** AppArmor's parsers before version 4 do not know what the profile says. */
test.for([
  { suite: 'bookworm', profile: false },
  { suite: 'trixie', profile: true },
])('in $suite with AppArmor', { timeout: 400_000 }, async ({ suite, profile }, context) => {
  context.skip(process.env.TSRUN_LONG !== '1', 'with TSRUN_LONG=1');
  await installsRunsAndGoes(context, { suite, packages: ['apparmor'], profile });
});

interface Fresh {
  readonly suite?: string;
  readonly packages?: readonly string[];
  /** Whether the AppArmor profile can be used there. */
  readonly profile?: boolean;
}

async function installsRunsAndGoes(
  context: TestContext,
  { suite, packages, profile = false }: Fresh,
): Promise<void> {
  needRoot(context);
  need(context, 'busybox', 'mmdebstrap');
  await using debian = await debianRoot(suite, packages);
  copyFileSync(inject('packages').debian, join(debian.path, 'tmp/tsrun.deb'));
  const folder = join(debian.path, 'tmp/bundle/rootfs/bin');
  mkdirSync(folder, { recursive: true });
  cpSync(staticBusybox() as string, join(folder, 'sh'), { dereference: true });
  const before = await debian.run(LIST);
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(before.stdout.split('\n').length).toBeGreaterThan(1000);

  expect(await debian.run(INSTALL)).toMatchObject({ code: 0, stderr: '', stdout: '/usr/bin/tsrun\n' });
  expect(existsSync(join(debian.path, 'etc/apparmor.d/tsrun'))).toBe(profile);
  expect(await debian.run(RUN)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: 'in a container of 0\nin a container of an ordinary user\n',
  });
  expect(await debian.run(PURGE)).toMatchObject({ code: 0, stderr: '', stdout: '' });
  expect((await debian.run(LIST)).stdout).toBe(before.stdout);
}
