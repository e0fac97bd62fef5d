/** runc runs the rootless base bundle here: else a comparison would say nothing. */
import { expect, test } from 'vitest';
import { need } from '../../setup/needs.ts';
import { makeRig } from '../../setup/rig.ts';

test('runc runs the base bundle', async (context) => {
  context.skip(process.getuid?.() === 0, 'needs an ordinary user');
  need(context, 'busybox', 'runc');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', 'id -u; exit 42'];
    },
  });
  const result = await rig.runc(['run', '--bundle', bundle.path, rig.id()]);
  expect(result).toMatchObject({ code: 42, stdout: '0\n' });
});
