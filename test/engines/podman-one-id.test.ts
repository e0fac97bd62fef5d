/** podman for an ordinary user who has no subordinate ids: one id is all that its containers have. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { busybox, sharedPodman } from './setup/podman.ts';

const shared = sharedPodman();
const who = 'user with one id';

test('runs, executes and removes', async (context) => {
  const { podman, userWithOneId } = await shared(context, who);
  const seen = await podman(['run', '--rm', busybox, 'sh', '-c', 'id -u; cat /proc/self/uid_map']);
  expect(seen).toMatchObject({ code: 0 });
  expect(seen.stdout.trim().split(/\s+/)).toEqual(['0', '0', `${userWithOneId.uid}`, '1']);
  const run = ['run', '--detach', '--name', 'one', '--network', 'none', busybox, 'sleep', '1000'];
  expect(await podman(run)).toMatchObject({ code: 0 });
  expect(await podman(['exec', 'one', 'id', '-u'])).toMatchObject({ code: 0, stdout: '0\n' });
  expect(await podman(['rm', '--force', '--time', '0', 'one'])).toMatchObject({ code: 0 });
});

test('builds', async (context) => {
  const { podman, path } = await shared(context, who);
  const file = join(path, 'OneId');
  writeFileSync(file, `FROM ${busybox}\nRUN id -u >/built\nCMD ["cat", "/built"]\n`);
  const built = await podman(['build', '--network', 'none', '--tag', 'localhost/one', '--file', file, path]);
  expect(built, built.stderr).toMatchObject({ code: 0 });
  const shown = await podman(['run', '--rm', '--network', 'none', 'localhost/one']);
  expect(shown).toMatchObject({ code: 0, stdout: '0\n' });
});

test('goes without groups that there are not, as with runc', async (context) => {
  const { podman } = await shared(context, who);
  const line = ['run', '--rm', '--network', 'none', '--group-add', '55', busybox, 'id', '-G'];
  expect(await podman(line)).toMatchObject({ code: 0, stdout: '0\n' });
});

test('runs as a user of the image, whom runc cannot become', async (context) => {
  need(context, 'runc');
  const { podman } = await shared(context, who);
  const line = ['run', '--rm', '--network', 'none', '--user', '1000:1000', busybox, 'id', '-u'];
  expect(await podman(line)).toMatchObject({ code: 0, stdout: '1000\n' });
  expect(await podman(['--runtime', 'runc', ...line])).toMatchObject({ code: 126 });
});
