/** The systemd that tests get (test/setup/systemd-host.ts): what is there, and that nothing of it stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execute } from '../setup/execute.ts';
import { type FoundSystemd, findSystemd, leaveSystemd, needSystemd, needWay } from '../setup/systemd-host.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findSystemd();
});

afterAll(() => leaveSystemd(found));

const run = async (way: readonly string[], ...command: string[]) => {
  const [first = '', ...rest] = [...way, ...command];
  return (await execute(first, rest)).stdout.trim();
};

test('root speaks with the system manager', async (context) => {
  const way = needWay(context, needSystemd(context, found).asRoot);
  expect(await run(way, 'cat', '/proc/1/comm')).toBe('systemd');
  expect(await run(way, 'systemctl', 'is-system-running')).toBe('running');
  expect(
    await run(way, 'systemd-run', '--quiet', '--scope', '--collect', 'cat', '/proc/self/cgroup'),
  ).toMatch(/^0::\/system\.slice\/run-\S+\.scope$/m);
});

test.for(['asUser', 'asLogin'] as const)(
  'an ordinary user speaks with the user manager, %s',
  async (as, context) => {
    const systemd = needSystemd(context, found);
    const way = needWay(context, systemd[as]);
    const { uid } = systemd.user as { uid: number };
    expect(await run(way, 'id', '-u')).toBe(`${uid}`);
    const line = await run(
      way,
      'systemd-run',
      '--user',
      '--quiet',
      '--scope',
      '--collect',
      'cat',
      '/proc/self/cgroup',
    );
    expect(line).toContain(`0::/user.slice/user-${uid}.slice/user@${uid}.service/app.slice/run-`);
  },
);

test('the tests’ own systemd goes with who has started it', async (context) => {
  const { ours } = needSystemd(context, found);
  context.skip(!ours, 'this machine was booted with systemd');
  const script = `
    const { findSystemd } = await import(${JSON.stringify(join(import.meta.dirname, '../setup/systemd-host.ts'))});
    const { systemd } = await findSystemd();
    console.log(systemd.asRoot.slice(2, 4).join(' '));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const [pid, place = ''] = `${line}`.trim().split(' ');
  const cgroup = place.replace('/system.slice/tests.service/commands', '');
  expect([existsSync(`/proc/${pid}`), existsSync(cgroup)]).toEqual([true, true]);
  child.kill('SIGKILL');
  await expect.poll(() => existsSync(`/proc/${pid}`) || existsSync(cgroup), { timeout: 10_000 }).toBe(false);
});
