/** The runtimes that tests compare with run the base bundle here: else a comparison would say nothing. */
import { describe, expect, test } from 'vitest';
import { need, needRoot } from '../setup/needs.ts';
import { makeRig } from '../setup/rig.ts';

describe.each(['runc', 'crun'] as const)('%s', (runtime) => {
  test('runs the base bundle as root', async (context) => {
    need(context, 'busybox', runtime);
    needRoot(context);
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sh', '-c', 'id -u; exit 42'];
      },
    });
    const result = await rig[runtime](['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 42, stdout: '0\n' });
  });
});
