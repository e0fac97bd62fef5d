/** A user with ranges in /etc/subuid and /etc/subgid has containers with more than one id. */
import { chmodSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { need } from '../../setup/needs.ts';
import { mapSubordinateIds, subordinateRange } from '../../setup/probe-variants.ts';
import { makeRig } from '../../setup/rig.ts';

test('a user that is not root, with groups, owns what it writes', async (context) => {
  need(context, 'busybox', 'uidmap');
  const range = subordinateRange('subuid');
  const groups = subordinateRange('subgid');
  context.skip(range === undefined || groups === undefined, 'needs subordinate ids');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      mapSubordinateIds(config);
      config.process.user = { uid: 1000, gid: 1001, additionalGids: [5, 1002] };
      config.process.args = ['sh', '-c', 'id -u; id -G; cat /proc/self/setgroups; echo >/tmp/file'];
    },
  });
  chmodSync(join(bundle.rootfs, 'tmp'), 0o777);
  // The user is nobody to the directories above the root.
  for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
  expect(result).toMatchObject({ code: 0, stdout: '1000\n1001 5 1002\nallow\n', stderr: '' });
  // Id 1 of the container is the first of the range.
  const { uid, gid } = lstatSync(join(bundle.rootfs, 'tmp/file'));
  expect([uid, gid]).toEqual([(range?.first ?? 0) + 999, (groups?.first ?? 0) + 1000]);
});
