/** What Docker does with containers that run: exec, signals, pausing, restarting; and its exit codes. */
import { describe, expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, type DockerHost, sharedDocker } from './setup/docker.ts';

const shared = sharedDocker();
const polling = { timeout: patience(60_000) };

/** A container that waits for signals; it is removed at the end. */
async function waiting({ said }: DockerHost, name: string, ...options: readonly string[]) {
  const program = `trap 'exit 12' TERM; trap 'echo hup' HUP; echo ready; while :; do sleep 0.05; done`;
  await said('run', '--detach', '--name', name, ...options, busybox, 'sh', '-c', program);
  await expect.poll(() => said('logs', name), polling).toBe('ready');
  const show = (format: string) => said('inspect', '--format', format, name);
  return { show, [Symbol.asyncDispose]: async () => void (await said('rm', '--force', name)) };
}

describe('docker exec', () => {
  test('runs a command as asked, and exits as it does', async (context) => {
    const host = await shared(context);
    await using _ = await waiting(host, 'target');
    const options = ['--user', 'user', '--workdir', '/tmp', '--env', 'A=b'];
    const asked = await host.docker([
      'exec',
      ...options,
      'target',
      'sh',
      '-c',
      'id -u; pwd; echo $A; exit 7',
    ]);
    expect(asked).toMatchObject({ code: 7, stdout: '1000\n/tmp\nb\n', stderr: '' });
    expect(await host.docker(['exec', 'target', 'sh', '-c', 'kill -9 $$'])).toMatchObject({ code: 137 });

    const line = `docker exec --tty target tty`;
    const terminal = await host.run(['script', '--quiet', '--return', '--command', line, '/dev/null']);
    expect(terminal.stdout).toContain('/dev/pts/0');

    await host.said('exec', '--detach', 'target', 'sh', '-c', 'echo made > /made');
    await expect.poll(() => host.said('exec', 'target', 'cat', '/made'), polling).toBe('made');

    const show = ['awk', '/^CapEff:/ {print $2}', '/proc/self/status'];
    const ordinary = await host.said('exec', 'target', ...show);
    const privileged = await host.said('exec', '--privileged', 'target', ...show);
    expect(BigInt(`0x${privileged}`)).toBeGreaterThan(BigInt(`0x${ordinary}`));
  });
});

describe('a running container', () => {
  test('is signalled, stopped, started again, restarted and killed', async (context) => {
    const host = await shared(context);
    await using container = await waiting(host, 'obeys');
    const { said } = host;
    await said('kill', '--signal', 'HUP', 'obeys');
    await expect.poll(() => said('logs', 'obeys'), polling).toBe('ready\nhup');
    await said('stop', 'obeys');
    expect(await container.show('{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 12');
    await said('start', 'obeys');
    await said('restart', 'obeys');
    expect(await container.show('{{.State.Status}}')).toBe('running');
    await said('kill', 'obeys');
    expect(await said('wait', 'obeys')).toBe('137');
  });

  test('is paused, refuses exec, and is resumed', async (context) => {
    const host = await shared(context);
    await using container = await waiting(host, 'paused');
    await host.said('pause', 'paused');
    expect(await container.show('{{.State.Status}}')).toBe('paused');
    expect(await host.docker(['exec', 'paused', 'true'])).toMatchObject({ code: 1 });
    await host.said('unpause', 'paused');
    expect(await container.show('{{.State.Status}}')).toBe('running');
    expect(await host.said('exec', 'paused', 'echo', 'thawed')).toBe('thawed');
  });

  test('shows its processes', async (context) => {
    const host = await shared(context);
    await using _ = await waiting(host, 'shown');
    expect(await host.said('top', 'shown', '-o', 'pid,comm')).toMatch(/^PID +COMMAND\n\d+ +sh(\n|$)/);
  });

  test('tells whether it is healthy', async (context) => {
    const host = await shared(context);
    const often = ['--health-interval', '100ms', '--health-retries', '1'];
    await using container = await waiting(host, 'checked', ...often, '--health-cmd', 'test -e /healthy');
    await expect.poll(() => container.show('{{.State.Health.Status}}'), polling).toBe('unhealthy');
    await host.said('exec', 'checked', 'touch', '/healthy');
    await expect.poll(() => container.show('{{.State.Health.Status}}'), polling).toBe('healthy');
  });
});

describe('a restart policy', () => {
  test('on-failure tries as often as it says', async (context) => {
    const { said } = await shared(context);
    const fails = ['--restart', 'on-failure:2', '--name', 'fails', busybox, 'sh', '-c', 'echo tried; exit 3'];
    await said('run', '--detach', ...fails);
    const show = () =>
      said('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}', 'fails');
    await expect.poll(show, polling).toBe('exited 3 2');
    expect(await said('logs', 'fails')).toBe('tried\ntried\ntried');
    await said('rm', 'fails');
  });

  test('always brings back what was killed from outside', async (context) => {
    const host = await shared(context);
    await using container = await waiting(host, 'comes-back', '--restart', 'always');
    await host.run(['kill', '-KILL', await container.show('{{.State.Pid}}')]);
    await expect.poll(() => container.show('{{.State.Status}} {{.RestartCount}}'), polling).toBe('running 1');
  });
});

describe('docker run', () => {
  test.for([
    { command: ['nosuch'], code: 127, told: 'exec: "nosuch": executable file not found in $PATH' },
    { command: ['/no/such'], code: 127, told: 'exec: "/no/such": stat /no/such: no such file or directory' },
    { command: ['/etc/passwd'], code: 126, told: 'exec: "/etc/passwd": permission denied' },
    { command: ['/etc'], code: 126, told: 'exec: "/etc": is a directory' },
    {
      options: ['--volume', '/etc/passwd:/etc'],
      command: ['true'],
      code: 125,
      told: 'Are you trying to mount a directory onto a file',
    },
    { options: ['--workdir', '/etc/passwd'], command: ['true'], code: 125, told: 'not a directory' },
  ])('of $options $command exits with $code', async ({ options = [], command, code, told }, context) => {
    const { docker } = await shared(context);
    const result = await docker(['run', '--rm', ...options, busybox, ...command]);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(told) });
  });
});
