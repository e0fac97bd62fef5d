/** A container's life in the hands of podman, as root and as an ordinary user. */
import { describe, expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, type Podman, sharedPodman, type Who } from './setup/podman.ts';

const shared = sharedPodman();
const soon = { timeout: patience(60_000) };
const detached = ['run', '--detach', '--network', 'none'];
/** Runs until it is told to end, and says what it has been told. */
const waits = [
  'sh',
  '-c',
  'trap "echo told; exit 9" TERM; trap "echo user" USR1; echo out; echo err >&2; while :; do sleep 0.1; done',
];

describe.each<Who>(['root', 'ordinary user'])('as %s, podman', (who) => {
  test('execs with a terminal, in the background, as another user, and with other rights', async (context) => {
    const { podman, run } = await shared(context, who);
    await succeeds(podman, [...detached, '--name', 'exec', busybox, ...waits]);
    const inside = async (args: readonly string[], stdout: string, input = '') =>
      expect(await podman(['exec', ...args], { input })).toMatchObject({ code: 0, stdout, stderr: '' });
    await inside(['exec', 'echo', 'hello'], 'hello\n');
    await inside(['--interactive', 'exec', 'cat'], 'from outside', 'from outside');
    await inside(
      ['--user', '1000:1000', '--workdir', '/tmp', 'exec', 'sh', '-c', 'id -u; pwd'],
      '1000\n/tmp\n',
    );
    await inside(['--env', 'KEY=value', 'exec', 'sh', '-c', 'echo $KEY'], 'value\n');
    await inside(
      ['--privileged', 'exec', 'sh', '-c', 'mount -t tmpfs tmpfs /tmp && echo mounted'],
      'mounted\n',
    );
    const line = 'podman exec --tty exec sh -c "tty; exit 5"';
    const terminal = await run(['script', '--quiet', '--return', '--command', line, '/dev/null']);
    expect(terminal).toMatchObject({ code: 5, stdout: '/dev/pts/0\r\n' });
    await succeeds(podman, [
      'exec',
      '--detach',
      'exec',
      'sh',
      '-c',
      'echo left >/left.new; mv /left.new /left',
    ]);
    await inside(['exec', 'sh', '-c', 'until test -e /left; do sleep 0.05; done; cat /left'], 'left\n');
    await removed(podman, 'exec');
  });

  test('shows logs, processes and statistics', async (context) => {
    const { podman } = await shared(context, who);
    await succeeds(podman, [
      ...detached,
      '--name',
      'shown',
      busybox,
      'sh',
      '-c',
      'echo out; echo err >&2; exec sleep 1000',
    ]);
    await expect
      .poll(() => podman(['logs', 'shown']), soon)
      .toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' });
    await expect
      .poll(() => podman(['top', 'shown', 'pid', 'user', 'args']), soon)
      .toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 +root +sleep 1000 *$/m) });
    if (who === 'root') {
      const stats = await podman(['stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', 'shown']);
      expect(stats).toMatchObject({ code: 0, stdout: 'shown 1\n' });
    }
    const runtime = await podman(['inspect', '--format', '{{.OCIRuntime}} {{.State.Status}}', 'shown']);
    expect(runtime).toMatchObject({ code: 0, stdout: 'tsrun running\n' });
    await removed(podman, 'shown');
  });

  test('signals, stops, restarts, kills and waits', async (context) => {
    const { podman } = await shared(context, who);
    const state = async (format: string) =>
      (await podman(['inspect', '--format', format, 'life'])).stdout.trim();
    const logs = async () => (await podman(['logs', 'life'])).stdout;
    await succeeds(podman, ['create', '--name', 'life', '--network', 'none', busybox, ...waits]);
    expect(await state('{{.State.Status}}')).toBe('created');
    await succeeds(podman, ['start', 'life']);
    await expect.poll(logs, soon).toBe('out\n');
    await succeeds(podman, ['kill', '--signal', 'USR1', 'life']);
    await expect.poll(logs, soon).toBe('out\nuser\n');
    await succeeds(podman, ['restart', '--time', '60', 'life']);
    await expect.poll(logs, soon).toBe('out\nuser\ntold\nout\n');
    await succeeds(podman, ['stop', '--time', '60', 'life']);
    expect(await state('{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 9');
    await succeeds(podman, ['start', 'life']);
    await succeeds(podman, ['kill', 'life']);
    expect(await podman(['wait', 'life'])).toMatchObject({ code: 0, stdout: '137\n' });
    await succeeds(podman, ['rm', 'life']);
    expect(await podman(['container', 'exists', 'life'])).toMatchObject({ code: 1 });
  });

  test('checks health, and starts again what failed', async (context) => {
    const { podman } = await shared(context, who);
    const health = ['--health-cmd', 'test -e /well', '--health-retries', '1', '--health-interval', 'disable'];
    await succeeds(podman, [...detached, ...health, '--name', 'health', busybox, 'sleep', '1000']);
    const status = async () =>
      (await podman(['inspect', '--format', '{{.State.Health.Status}}', 'health'])).stdout;
    expect(await podman(['healthcheck', 'run', 'health'])).toMatchObject({ code: 1 });
    expect(await status()).toBe('unhealthy\n');
    await succeeds(podman, ['exec', 'health', 'touch', '/well']);
    expect(await podman(['healthcheck', 'run', 'health'])).toMatchObject({ code: 0 });
    expect(await status()).toBe('healthy\n');
    await removed(podman, 'health');

    const restart = ['--restart', 'on-failure:2', '--name', 'again'];
    await succeeds(podman, [...detached, ...restart, busybox, 'sh', '-c', 'echo once; exit 3']);
    const logs = async () => (await podman(['logs', 'again'])).stdout;
    await expect.poll(logs, soon).toBe('once\nonce\nonce\n');
    await removed(podman, 'again');
  });

  test('runs pods, whose containers share what they are told to', async (context) => {
    const { podman } = await shared(context, who);
    const infra = ['--infra-image', busybox, '--infra-command', 'sleep 1000', '--network', 'none'];
    await succeeds(podman, [
      'pod',
      'create',
      '--name',
      'pod',
      ...infra,
      '--share',
      'net,ipc,uts,pid',
      '--hostname',
      'shared',
    ]);
    for (const name of ['first', 'second'])
      await succeeds(podman, ['run', '--detach', '--pod', 'pod', '--name', name, busybox, 'sleep', '1001']);
    const seen = await podman(['exec', 'first', 'sh', '-c', 'hostname; ps | grep -c "sleep 100[01]$"']);
    expect(seen).toMatchObject({ code: 0, stdout: 'shared\n3\n' });
    const listed = await podman(['pod', 'ps', '--format', '{{.Status}} {{.NumberOfContainers}}']);
    expect(listed).toMatchObject({ code: 0, stdout: 'Running 3\n' });
    await succeeds(podman, ['pod', 'stop', '--time', '0', 'pod']);
    await succeeds(podman, ['pod', 'start', 'pod']);
    await succeeds(podman, ['pod', 'rm', '--force', '--time', '0', 'pod']);
  });

  test('leaves nothing behind', async (context) => {
    const { podman, run } = await shared(context, who);
    expect(await podman(['ps', '--all', '--quiet'])).toMatchObject({ code: 0, stdout: '' });
    const sleeping = await run([
      'sh',
      '-c',
      'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "sleep 100[01]"',
    ]);
    expect(sleeping).toMatchObject({ stdout: '0\n' });
  });
});

test('podman pauses, resumes and updates', async (context) => {
  const { podman } = await shared(context);
  await succeeds(podman, [...detached, '--name', 'limits', busybox, ...waits]);
  const status = async () => (await podman(['inspect', '--format', '{{.State.Status}}', 'limits'])).stdout;
  await succeeds(podman, ['pause', 'limits']);
  expect(await status()).toBe('paused\n');
  await succeeds(podman, ['unpause', 'limits']);
  expect(await status()).toBe('running\n');
  await succeeds(podman, ['update', '--memory', '64m', '--cpus', '0.5', '--cpuset-cpus', '0', 'limits']);
  const files = 'cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes cpuset/cpuset.cpus';
  const set = await podman(['exec', 'limits', 'sh', '-c', `cd /sys/fs/cgroup; cat ${files}`]);
  expect(set).toMatchObject({ code: 0, stdout: '50000\n67108864\n0\n' });
  await succeeds(podman, ['update', '--cpu-shares', '512', 'limits']);
  const kept = await podman(['exec', 'limits', 'sh', '-c', `cd /sys/fs/cgroup; cat cpu/cpu.shares ${files}`]);
  expect(kept).toMatchObject({ code: 0, stdout: '512\n50000\n67108864\n0\n' });
  await removed(podman, 'limits');
});

async function succeeds(podman: Podman, args: readonly string[]): Promise<void> {
  expect(await podman(args), args.join(' ')).toMatchObject({ code: 0 });
}

async function removed(podman: Podman, name: string): Promise<void> {
  await succeeds(podman, ['rm', '--force', '--time', '0', name]);
}
