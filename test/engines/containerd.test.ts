/** containerd with tsrun, through `ctr`. */
import { describe, expect, test } from 'vitest';
import type { Result } from '../setup/execute.ts';
import { limitsHere } from '../setup/limits-here.ts';
import { patience } from '../setup/patience.ts';
import { busybox, type ContainerdHost, sharedContainerd } from './setup/containerd.ts';
import { documented } from './setup/documented.ts';

const shared = sharedContainerd();
const polling = { timeout: patience(60_000) };
const tsrun = ['--runc-binary', '/usr/local/bin/tsrun'];

test('an image is pulled from a registry and run as docs/engines.md says', async (context) => {
  const { ctr, run } = await shared(context);
  expect(await ctr(['image', 'pull', '--plain-http', busybox])).toMatchObject({ code: 0 });
  const result = await withOutput(() => run(['sh', '-c', documented('ctr')]));
  expect(result).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
});

describe('ctr run', () => {
  const rows: readonly { options: string; command: string; code: number; shows: string }[] = [
    { options: '--net-host', command: 'exit 42', code: 42, shows: '' },
    {
      options: '--read-only',
      command: 'touch /x 2>/dev/null || echo read-only',
      code: 0,
      shows: 'read-only\n',
    },
    { options: '--cwd /tmp --env A=b --seccomp', command: 'pwd; echo $A', code: 0, shows: '/tmp\nb\n' },
    {
      options: '--privileged',
      command: 'mkdir /m && mount -t tmpfs none /m && echo mounted',
      code: 0,
      shows: 'mounted\n',
    },
  ];
  test.for(rows)('$options', async ({ options, command, code, shows }, context) => {
    const { ctr } = await shared(context);
    const line = ['run', '--rm', ...tsrun, ...options.split(' '), busybox, 'one', 'sh', '-c', command];
    const result = await (shows === '' ? ctr(line) : withOutput(() => ctr(line)));
    expect(result).toMatchObject({ code, stdout: shows });
  });

  test('gives a terminal', async (context) => {
    const { run } = await shared(context);
    const line = `ctr run --rm --tty ${tsrun.join(' ')} ${busybox} terminal sh -c 'tty; exit 5'`;
    const script = ['script', '--quiet', '--return', '--command', line, '/dev/null'];
    const { code, stdout } = await withOutput(() => run(script));
    expect({ code, tty: stdout.includes('/dev/pts/0') }).toEqual({ code: 5, tty: true });
  });

  test('says why a command is not started, and leaves no task', async (context) => {
    const { ctr } = await shared(context);
    const { code, stderr } = await ctr(['run', '--rm', ...tsrun, busybox, 'missing', 'nosuch']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'OCI runtime create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH',
    );
    expect((await ctr(['task', 'list', '--quiet'])).stdout).toBe('');
  });
});

test('a task runs commands, is measured, paused, resumed, killed and deleted', async (context) => {
  const host = await shared(context);
  const { ctr } = host;
  const must = async (...args: readonly string[]) => {
    const result = await ctr(args);
    expect(result, `ctr ${args.join(' ')}`).toMatchObject({ code: 0 });
    return result.stdout;
  };
  const limit = limitsHere().memory ? ['--memory-limit', `${64 << 20}`] : [];
  await must('run', '--detach', ...tsrun, ...limit, busybox, 'task', 'sleep', '1000');
  expect(await status(host)).toBe('RUNNING');

  const ids = ['sh', '-c', 'id -u; pwd; exit 7'];
  const exec = ['task', 'exec', '--exec-id', 'a', '--user', '1000:1000', '--cwd', '/tmp', 'task', ...ids];
  const asked = await withOutput(() => ctr(exec));
  expect(asked).toMatchObject({ code: 7, stdout: '1000\n/tmp\n' });
  await must('task', 'exec', '--exec-id', 'b', '--detach', 'task', 'sleep', '1000');
  expect((await must('task', 'ps', 'task')).trim().split('\n')).toHaveLength(3);
  if (limit.length > 0)
    expect(await must('task', 'metrics', 'task')).toMatch(/memory.(limit_in_bytes|usage_limit) +67108864/);

  await must('task', 'pause', 'task');
  expect(await status(host)).toBe('PAUSED');
  await must('task', 'resume', 'task');
  expect(await status(host)).toBe('RUNNING');

  await must('task', 'kill', '--exec-id', 'b', '--signal', 'SIGKILL', 'task');
  await expect
    .poll(async () => (await must('task', 'ps', 'task')).trim().split('\n').length, polling)
    .toBe(2);
  expect(await ctr(['task', 'delete', 'task'])).toMatchObject({ code: 1 });
  await must('task', 'kill', '--signal', 'SIGKILL', 'task');
  await expect.poll(() => status(host), polling).toBe('STOPPED');
  const deleted = await ctr(['task', 'delete', 'task']);
  expect(deleted).toMatchObject({ code: 0, stderr: expect.stringContaining('exit code 137') });
  await must('container', 'delete', 'task');
});

/**
 * Again where there is none: what a command writes that ends before ctr has opened its streams, ctr drops
 * (containerd#5741).
 */
async function withOutput(command: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries++) {
    const result = await command();
    if (result.stdout !== '' || tries === 10) return result;
  }
}

async function status({ ctr }: ContainerdHost): Promise<string | undefined> {
  const { stdout } = await ctr(['task', 'list']);
  return /^task +\d+ +(\w+)/m.exec(stdout)?.[1];
}
