/** `--rootless`: whether a container may do without the cgroups that its creator may not make. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { need, needRoot } from '../setup/needs.ts';
import { remains } from '../setup/remains.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** In a mount namespace where no cgroup can be made. */
const readOnly = [
  ...['unshare', '--mount', 'sh', '-c'],
  `for path in $(awk '$3 ~ /cgroup/ { print $2 }' /proc/mounts); do mount -o remount,bind,ro $path; done; exec "$@"`,
  'sh',
];

test.for([
  ['auto', 'runc', 1],
  ['auto', 'tsrun', 1],
  ['false', 'runc', 1],
  ['false', 'tsrun', 1],
  ['true', 'runc', 7],
  ['true', 'tsrun', 7],
] as const)('%s, root, cgroups read-only, %s: %i', async ([mode, program, code], context) => {
  need(context, 'busybox', 'runc');
  needRoot(context);
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', 'exit 7'];
      config.linux.resources = undefined;
    },
  });
  const id = rig.id();
  const line = ['--rootless', mode, 'run', '--bundle', bundle.path, id];
  const result = await rig[program](line, { through: readOnly });
  expect(result.code).toBe(code);
  if (program === 'runc') return;
  expect(result.stderr).toMatch(
    code === 7 ? /^$/ : /^tsrun: unable to apply cgroup configuration: .*EROFS.*\n/,
  );
  expect(remains(rig, id)).toEqual([]);
});

test('with cgroups disabled, the device rules that engines give are not kept, and that is no error', async (context) => {
  need(context, 'busybox');
  const bundle = rig.bundle({
    config: ({ linux }) => {
      const fuse = { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' };
      linux.resources = { devices: [{ allow: false, access: 'rwm' }, fuse] };
    },
  });
  const line = ['--cgroup-manager', 'disabled', 'run', '--bundle', bundle.path, rig.id()];
  expect(await rig.tsrun(line)).toMatchObject({ code: 0, stdout: '', stderr: '' });
});
