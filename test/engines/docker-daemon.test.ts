/** Docker with tsrun, where the daemon has other settings, restarts, or has a machine of cgroup version 2. */
import { expect, type TestContext, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, makeDockerHost, needDocker } from './setup/docker.ts';
import type { PrivateHost } from './setup/private-host.ts';

const polling = { timeout: patience(60_000) };

function needLong(context: TestContext): void {
  needDocker(context);
  context.skip(process.env.TSRUN_LONG === undefined, 'takes long: TSRUN_LONG=1');
}

test('docker runs and pauses containers, and denies them devices, where there is cgroup version 2 alone', async (context) => {
  needDocker(context);
  const prepare = (host: PrivateHost) =>
    host.run([
      'sh',
      '-c',
      'umount --recursive --lazy /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    ]);
  await using host = await makeDockerHost({ prepare });
  const { said } = host;
  expect(await said('info', '--format', '{{.CgroupVersion}}')).toBe('2');
  const look = 'ls /sys/fs/cgroup/cgroup.procs; mknod /x b 254 0; cat /x 2>&1 | head -c 100';
  const seen = await said('run', '--rm', busybox, 'sh', '-c', look);
  expect(seen).toBe("/sys/fs/cgroup/cgroup.procs\ncat: can't open '/x': Operation not permitted");
  await said('run', '--detach', '--name', 'paused', busybox, 'sleep', '1000');
  await said('pause', 'paused');
  expect(await said('inspect', '--format', '{{.State.Status}}', 'paused')).toBe('paused');
  await said('unpause', 'paused');
  expect(await said('exec', 'paused', 'echo', 'thawed')).toBe('thawed');
  await said('rm', '--force', 'paused');
});

test('what runs under Docker outlives its daemon only as Docker wants it', async (context) => {
  needLong(context);
  await using host = await makeDockerHost();
  const { said, restartDaemon } = host;
  const status = (name: string) => said('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', name);
  await said('run', '--detach', '--name', 'always', '--restart', 'always', busybox, 'sleep', '1000');
  await said('run', '--detach', '--name', 'once', busybox, 'sleep', '1000');
  await restartDaemon('KILL', { 'live-restore': true });
  await expect.poll(() => status('always'), polling).toBe('running 0');
  expect(await status('once')).toMatch(/^(running 0|exited 137)$/);

  await said('run', '--detach', '--name', 'lives', busybox, 'sleep', '1000');
  const process = () => said('inspect', '--format', '{{.State.Pid}}', 'lives');
  const before = await process();
  await restartDaemon('TERM', { 'live-restore': true });
  expect(await process()).toBe(before);
  expect(await said('exec', 'lives', 'echo', 'alive')).toBe('alive');
  await said('rm', '--force', 'always', 'once', 'lives');
});

test('docker runs containers in user namespaces of their own', async (context) => {
  needLong(context);
  await using host = await makeDockerHost();
  const { said, run, user } = host;
  await host.restartDaemon('TERM', { 'userns-remap': user.name });
  await host.importBusybox();
  const look = `id -u; awk '{print ($2 > 0)}' /proc/self/uid_map; touch /x; stat -c %u /x; cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max`;
  const seen = await said('run', '--rm', '--pids-limit', '20', busybox, 'sh', '-c', look);
  expect(seen).toBe('0\n1\n0\n20');
  await said('run', '--detach', '--name', 'mapped', busybox, 'sleep', '1000');
  const id = await run([
    'stat',
    '-c',
    '%u',
    `/proc/${await said('inspect', '-f', '{{.State.Pid}}', 'mapped')}`,
  ]);
  expect(Number(id.stdout)).toBeGreaterThan(0);
  expect(await said('exec', '--user', '1000', 'mapped', 'id', '-u')).toBe('1000');
  await said('rm', '--force', 'mapped');
});

test('many at once start, run commands, pause, are killed, start again and are removed, and leave nothing', async (context) => {
  needLong(context);
  await using host = await makeDockerHost();
  const { said, run } = host;
  const lives = Array.from({ length: 8 }, async (_, lane) => {
    for (let round = 0; round < 4; round += 1) {
      const name = `many-${lane}-${round}`;
      await said('run', '--detach', '--name', name, '--pids-limit', '20', busybox, 'sleep', '1000');
      expect(await said('exec', name, 'echo', name)).toBe(name);
      for (const verb of ['pause', 'unpause', 'kill', 'start']) await said(verb, name);
      await said('rm', '--force', name);
    }
  });
  await Promise.all(lives);
  const left =
    "ps ax -o args | grep -c '^sleep'; find /sys/fs/cgroup -path '*docker/*' -type d | wc -l; tsrun list --quiet | wc -l";
  expect((await run(['sh', '-c', left])).stdout).toBe('0\n0\n0\n');
});
