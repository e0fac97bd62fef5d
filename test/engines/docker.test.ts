/** Docker with tsrun as its default runtime: containers, from `run` to `rm`. */
import { describe, expect, test } from 'vitest';
import { limitsHere } from '../setup/limits-here.ts';
import { patience } from '../setup/patience.ts';
import { busybox, sharedDocker } from './setup/docker.ts';

const shared = sharedDocker();
const polling = { timeout: patience(60_000) };

test('docker info names tsrun', async (context) => {
  const { said, run } = await shared(context);
  const { stdout } = await run(['tsrun', '--version']);
  const commit = /^commit: (.+)$/m.exec(stdout)?.[1] ?? 'none';
  const format = '{{.DefaultRuntime}} {{(index .Runtimes "tsrun").Path}} {{.RuncCommit.ID}}';
  expect(await said('info', '--format', format)).toBe(`tsrun /usr/local/bin/tsrun ${commit}`);
});

describe('docker run', () => {
  const rows: readonly { options: string; command: string; shows: string }[] = [
    {
      options: '--hostname h --domainname d --user 1000:1000 --group-add 7 --workdir /tmp --env A=b',
      command: 'hostname; cat /proc/sys/kernel/domainname; id -u; id -g; id -G; pwd; echo $A',
      shows: 'h d 1000 1000 1000 7 /tmp b',
    },
    {
      options: '--read-only --tmpfs /t:size=1m,mode=700,uid=5 --shm-size 10m',
      command: `touch /x 2>/dev/null || echo read-only; stat -c '%a %u' /t; df -k /t /dev/shm | awk 'NR > 1 {print $2}'`,
      shows: 'read-only 700 5 1024 10240',
    },
    {
      options: '--cap-drop ALL --cap-add NET_RAW --security-opt no-new-privileges',
      command: `awk '/^(CapEff|CapBnd|NoNewPrivs|Seccomp):/ {print $2}' /proc/self/status`,
      shows: '0000000000002000 0000000000002000 1 2',
    },
    {
      options: '--security-opt seccomp=unconfined --oom-score-adj 500 --ulimit nofile=100:200',
      command: `awk '/^Seccomp:/ {print $2}' /proc/self/status; cat /proc/self/oom_score_adj; ulimit -Sn; ulimit -Hn`,
      shows: '0 500 100 200',
    },
    {
      options: '--device /dev/null:/dev/own:r --sysctl net.ipv4.ip_forward=0 --network none --init',
      command: `stat -c %t:%T /dev/own; cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net; tr '\\0' ' ' </proc/1/cmdline | cut -c 1-21`,
      shows: '1:3 0 lo /sbin/docker-init -- ',
    },
    {
      options: '--pid host --ipc host --uts host --network host',
      command: 'cat /proc/1/comm; ls /sys/class/net | grep docker0',
      shows: 'catatonit docker0',
    },
  ];
  test.for(rows)('$options', async ({ options, command, shows }, context) => {
    const { docker } = await shared(context);
    const result = await docker(['run', '--rm', ...options.split(' '), busybox, 'sh', '-c', command]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.trim().split(/\s+/)).toEqual(shows.trim().split(' '));
  });

  test('passes its input on, and keeps output and errors apart', async (context) => {
    const { docker } = await shared(context);
    const line = ['run', '--rm', '--interactive', busybox, 'sh', '-c', 'cat; echo wrong >&2'];
    const result = await docker(line, { input: 'given' });
    expect(result).toMatchObject({ code: 0, stdout: 'given', stderr: 'wrong\n' });
  });

  test('gives a terminal', async (context) => {
    const { run } = await shared(context);
    const line = `docker run --rm --tty ${busybox} sh -c 'tty; exit 5'`;
    const { code, stdout } = await run(['script', '--quiet', '--return', '--command', line, '/dev/null']);
    expect({ code, tty: stdout.includes('/dev/pts/0') }).toEqual({ code: 5, tty: true });
  });

  test('--privileged gives every capability that the daemon has, although one may be missing', async (context) => {
    const { said, run } = await shared(context);
    const show = ['sh', '-c', "awk '/^CapEff:/ {print $2}' /proc/self/status"];
    const held = BigInt(`0x${(await run(show)).stdout.trim()}`);
    const given = BigInt(`0x${await said('run', '--rm', '--privileged', busybox, ...show)}`);
    // Docker 20.10 knows no further than CAP_AUDIT_READ.
    const known = (1n << 38n) - 1n;
    expect(given & known).toBe(held & known);
    const use = ['sh', '-c', 'mkdir /m && mount -t tmpfs none /m && ls /dev/kmsg'];
    expect(await said('run', '--rm', '--privileged', busybox, ...use)).toBe('/dev/kmsg');
  });

  test('publishes a port', async (context) => {
    const { said, run } = await shared(context);
    const serve = 'mkdir /w; echo served > /w/index.html; exec httpd -f -p 80 -h /w';
    const publish = ['--publish', '127.0.0.1:8080:80', '--name', 'server'];
    await said('run', '--detach', '--rm', ...publish, busybox, 'sh', '-c', serve);
    const fetch = ['busybox', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'];
    await expect.poll(async () => (await run(fetch)).stdout, polling).toBe('served\n');
    await said('rm', '--force', 'server');
  });

  test('starts eight at once', async (context) => {
    const { said } = await shared(context);
    const numbers = Array.from({ length: 8 }, (_, index) => `${index}`);
    const answers = numbers.map((number) => said('run', '--rm', busybox, 'echo', number));
    expect(await Promise.all(answers)).toEqual(numbers);
  });
});

describe('a limit', () => {
  test('is in force, and changed by docker update', async (context) => {
    const { said } = await shared(context);
    const { memory, pids, cpu } = limitsHere();
    context.skip(!(memory && pids && cpu), 'needs the controllers memory, pids and cpu');
    const limits = ['--memory', '64m', '--memory-swap', '64m', '--pids-limit', '50', '--cpus', '0.5'];
    await said('run', '--detach', '--name', 'limited', ...limits, busybox, 'sleep', '1000');
    const show = async () => (await said('exec', 'limited', 'sh', '-c', showLimits)).split(/\s+/);
    expect(await show()).toEqual(['67108864', '50', '50000']);
    await said(
      'update',
      '--memory',
      '32m',
      '--memory-swap',
      '32m',
      '--pids-limit',
      '40',
      '--cpus',
      '1',
      'limited',
    );
    expect(await show()).toEqual(['33554432', '40', '100000']);
    const stats = await said('stats', '--no-stream', '--format', '{{.MemUsage}} {{.PIDs}}', 'limited');
    expect(stats).toMatch(/ \/ 32MiB 1$/);
    await said('rm', '--force', 'limited');
  });

  test('of memory ends what exceeds it, and docker inspect tells', async (context) => {
    const { said } = await shared(context);
    context.skip(!limitsHere().memory, 'needs the controller memory');
    // The daemon is told of it beside the end of the container: that waits for it.
    const eat = 'tail /dev/zero; echo $?; until [ -e /go ]; do sleep 0.05; done';
    const limits = ['--memory', '16m', '--memory-swap', '16m'];
    await said('run', '--detach', '--name', 'eater', ...limits, busybox, 'sh', '-c', eat);
    await expect.poll(() => said('logs', 'eater'), polling).toBe('137');
    const ended = [
      'events',
      '--since',
      '0',
      '--until',
      '0s',
      '--filter',
      'container=eater',
      '--filter',
      'event=oom',
    ];
    await expect.poll(() => said(...ended), polling).toContain('container oom');
    await said('exec', 'eater', 'touch', '/go');
    await said('wait', 'eater');
    expect(await said('inspect', '--format', '{{.State.OOMKilled}}', 'eater')).toBe('true');
    await said('rm', 'eater');
  });

  test('above what the daemon may have is refused with what can be had', async (context) => {
    const { docker } = await shared(context);
    const result = await docker(['run', '--ulimit', 'nofile=2000000000:2000000000', busybox, 'true']);
    expect(result.code).toBe(125);
    expect(result.stderr).toMatch(
      /cannot set RLIMIT_NOFILE to 2000000000:2000000000: .* ask for no more \(--ulimit nofile=(\d+):\1\)/,
    );
  });
});

const showLimits = `
  cd /sys/fs/cgroup
  cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us 2>/dev/null ||
    { cat memory.max pids.max; cut -d ' ' -f 1 cpu.max; }`;
