/** Keys of configurations in another case: in force, as under runc, and never dropped without a word. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { need, needRoot } from '../setup/needs.ts';
import { sleepingBundle, started } from '../setup/probe-container.ts';
import { makeRig } from '../setup/rig.ts';

const filter = {
  DefaultAction: 'SCMP_ACT_ALLOW',
  Syscalls: [{ Names: ['mkdir', 'mkdirat'], Action: 'SCMP_ACT_ERRNO', ErrnoRet: 38 }],
};

interface Setting {
  /** Of the key in another case. */
  readonly pointer: string;
  readonly name: string;
  readonly value: unknown;
  readonly script: string;
  /** What the script shows if the setting is in force. */
  readonly shows: string;
}

const settings: readonly Setting[] = [
  {
    ...{ pointer: '/root/readOnly', name: 'readonly', value: true },
    ...{ script: 'touch /x 2>&1; true', shows: 'touch: /x: Read-only file system' },
  },
  {
    ...{ pointer: '/process/noNewprivileges', name: 'noNewPrivileges', value: true },
    ...{ script: 'grep NoNewPrivs /proc/self/status', shows: 'NoNewPrivs:\t1' },
  },
  {
    ...{ pointer: '/process/rLimits', name: 'rlimits' },
    value: [{ type: 'RLIMIT_NOFILE', hard: 77, soft: 77 }],
    ...{ script: 'ulimit -n', shows: '77' },
  },
  {
    ...{ pointer: '/linux/maskedpaths', name: 'maskedPaths', value: ['/proc/version'] },
    ...{ script: 'wc -c </proc/version', shows: '0' },
  },
  {
    ...{ pointer: '/linux/ReadonlyPaths', name: 'readonlyPaths', value: ['/etc'] },
    ...{ script: 'touch /etc/x 2>&1; true', shows: 'touch: /etc/x: Read-only file system' },
  },
  {
    ...{ pointer: '/linux/Seccomp', name: 'seccomp', value: filter },
    ...{
      script: 'mkdir /tmp/x 2>&1; true',
      shows: "mkdir: can't create directory '/tmp/x': Function not implemented",
    },
  },
];

function misspell(config: LooseConfig, { pointer, name, value, script }: Setting): void {
  const [, section = '', key = ''] = pointer.split('/');
  config.process.args = ['sh', '-c', script];
  delete config[section][name];
  config[section][key] = value;
}

describe('a setting under a key in another case is in force', () => {
  test.for(settings)('$pointer', async (setting, context) => {
    need(context, 'busybox', 'runc');
    const { pointer, name, shows } = setting;
    await using rig = makeRig();
    const bundle = rig.bundle({ config: (config) => misspell(config, setting) });
    const run = ['run', '--bundle', bundle.path, rig.id()];
    const { code, stdout, stderr } = await rig.tsrun(run);
    expect([code, stdout.trim()]).toEqual([0, shows]);
    expect(stderr).toMatch(
      new RegExp(
        `^tsrun: warning: ${bundle.path}/config\\.json:\\d+:\\d+: ${pointer}: .* write "${name}"$`,
        'm',
      ),
    );
    expect((await rig.runc(run)).stdout.trim()).toBe(shows);
  });

  test('in the file of exec, too', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const id = await started(rig, sleepingBundle(rig));
    const file = join(rig.path, 'process.json');
    const args = ['sh', '-c', 'ulimit -n'];
    const process = { user: { uid: 0, gid: 0 }, args, cwd: '/', env: ['PATH=/bin'] };
    writeFileSync(file, JSON.stringify({ ...process, rLimits: settings[2]?.value }));
    const result = await rig.tsrun(['exec', '--process', file, id]);
    expect(result).toMatchObject({ code: 0, stdout: '77\n' });
    expect(result.stderr).toContain('process.json:1:');
    expect(result.stderr).toContain('/rLimits: expected the spelling "rlimits"');
  });
});

test('update says which fields it ignores', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await using rig = makeRig();
  const id = await started(rig, sleepingBundle(rig));
  const file = join(rig.path, 'resources.json');
  writeFileSync(file, '{\n "pids": {"LIMIT": 50, "limits": 5}\n}');
  const result = await rig.tsrun(['update', '--resources', file, id]);
  expect(result).toMatchObject({ code: 0, stdout: '' });
  expect(result.stderr.split('\n')).toEqual([
    expect.stringContaining(`${file}:2:11: /pids/LIMIT: expected the spelling "limit"`),
    expect.stringContaining(
      `${file}:2:24: /pids/limits: expected a known field, found "limits", which is ignored`,
    ),
    '',
  ]);
});
