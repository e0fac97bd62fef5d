/** `exec`: another process in a running container; its streams, its status, who it is, and what it may not have. */
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { need, needs } from '../setup/needs.ts';
import { created, detached, sleepingBundle, started, stateOf } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig, type RigOptions } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;
let id: string;

beforeAll(async () => {
  rig = makeRig();
  if (!needs.busybox.present()) return;
  bundle = sleepingBundle(rig);
  id = await started(rig, bundle);
});
afterAll(() => rig[Symbol.asyncDispose]());

/** What a shell in the container prints; the options stand before the id. */
async function shell(script: string, options: readonly string[] = [], run?: RigOptions): Promise<string> {
  const result = await rig.tsrun(['exec', ...options, id, 'sh', '-c', script], run);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout.trimEnd();
}

/** A process.json in the bundle. */
function processFile(change: Record<string, unknown>): string {
  const { process } = JSON.parse(readFileSync(join(bundle.path, 'config.json'), 'utf8'));
  const path = join(bundle.path, `process-${Math.random()}.json`);
  writeFileSync(path, JSON.stringify({ ...process, ...change }));
  return path;
}

describe('the process', () => {
  test('has the caller’s streams, and its status is that of exec', async (context) => {
    need(context, 'busybox');
    const script = 'read line; echo "got $line"; echo wrong >&2; exit 7';
    const result = await rig.tsrun(['exec', id, 'sh', '-c', script], { input: 'this\n' });
    expect(result).toEqual({ code: 7, signal: null, stdout: 'got this\n', stderr: 'wrong\n' });
  });

  test('that a signal ends gives 128 and its number', async (context) => {
    need(context, 'busybox');
    const codes = await Promise.all(
      [9, 15, 11].map((signal) => rig.tsrun(['exec', id, 'sh', '-c', `kill -${signal} $$`])),
    );
    expect(codes.map(({ code }) => code)).toEqual([137, 143, 139]);
  });

  test('is in every namespace and cgroup of the container', async (context) => {
    need(context, 'busybox');
    const kinds = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];
    const links = (pid: string) => kinds.map((kind) => `$(readlink /proc/${pid}/ns/${kind})`).join(' ');
    expect(
      await shell(
        `[ "${links('$$')}" = "${links('1')}" ] && cmp /proc/$$/cgroup /proc/1/cgroup && echo same`,
      ),
    ).toBe('same');
  });

  test('has three descriptors and those that are preserved', async (context) => {
    need(context, 'busybox');
    // Not `ls` in a pipe, which the shell holds open for a moment itself.
    const each =
      'for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13; do [ -e /proc/$$/fd/$fd ] && list="$list $fd"; done';
    const script = `${each}; echo $list`;
    const through = [
      'bash',
      '--norc',
      '-c',
      'for i in {3..12}; do eval "exec $i</etc/hostname"; done; exec "$@"',
      'bash',
    ];
    expect(await shell(script, [], { through })).toBe('0 1 2');
    expect(await shell(script, ['--preserve-fds', '2'], { through })).toBe('0 1 2 3 4');
  });

  test('gets what the command line says', async (context) => {
    need(context, 'busybox');
    const options = ['--cwd', '/tmp', '--env', 'A=1', '-e', 'B=x y', '--env', 'A=2'];
    expect(await shell('echo $PWD $A $B $TERM', options)).toBe('/tmp 2 x y xterm');
  });

  test('gets capabilities that are added, but not into the inheritable set', async (context) => {
    need(context, 'busybox');
    const sets = async (...options: string[]) =>
      Object.fromEntries(
        (await shell('grep ^Cap /proc/$$/status', options)).split('\n').map((line) => {
          const [name = '', value = ''] = line.split(/:\s+/);
          return [name, BigInt(`0x${value}`)];
        }),
      );
    const before = await sets();
    const after = await sets('--cap', 'CAP_CHOWN', '--cap', 'CAP_SYS_CHROOT');
    const more = (1n << 0n) | (1n << 18n);
    expect(before).toMatchObject({ CapInh: 0n, CapAmb: 0n, CapEff: (1n << 5n) | (1n << 10n) | (1n << 29n) });
    expect(after).toEqual({
      ...{ CapInh: 0n, CapAmb: 0n },
      ...Object.fromEntries(
        ['CapPrm', 'CapEff', 'CapBnd'].map((name) => [name, (before[name] ?? 0n) | more]),
      ),
    });
  });

  test('gets no_new_privs as the container has it, or as it is told', async (context) => {
    need(context, 'busybox');
    const own = rig.bundle({
      config: ({ process }) => {
        process.args = ['sleep', '600'];
        process.noNewPrivileges = false;
      },
    });
    const other = await started(rig, own);
    const flag = async (...options: string[]) => {
      const args = ['exec', ...options, other, 'grep', 'NoNewPrivs', '/proc/self/status'];
      return (await rig.tsrun(args)).stdout;
    };
    expect([await flag(), await flag('--no-new-privs')]).toEqual(['NoNewPrivs:\t0\n', 'NoNewPrivs:\t1\n']);
  });

  test('becomes another user, and only a user given by numbers', async (context) => {
    need(context, 'busybox');
    context.skip(process.getuid?.() !== 0, 'needs more than one id');
    expect(await shell('id -u; id -g; echo $HOME', ['--user', '1000:5'])).toBe('1000\n5\n/tmp');
    expect(await shell('id -u; id -g', ['--user', '1000'])).toBe('1000\n0');
    expect(await shell('id -G', ['--user', '1000', '-g', '7', '--additional-gids', '8'])).toBe('0 7 8');
  });

  test.for(['1000x', '', '1:', ':1', '-1', '4294967296', 'root', '1:2:3', ' 1', '0x10'])(
    'does not start as the user %j',
    async (user, context) => {
      need(context, 'busybox');
      const result = await rig.tsrun(['exec', `--user=${user}`, id, 'id']);
      expect(result).toMatchObject({ code: 255, stdout: '' });
      expect(result.stderr).not.toBe('');
    },
  );

  test('is what a file says, and nothing of the container’s own', async (context) => {
    need(context, 'busybox');
    const file = processFile({
      args: ['sh', '-c', 'pwd; env; umask; ulimit -n; grep CapEff /proc/$$/status'],
      env: ['PATH=/bin', 'ONLY=this'],
      cwd: '/etc',
      user: { uid: 0, gid: 0, umask: 0o77 },
      capabilities: {},
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 55, hard: 66 }],
    });
    const result = await rig.tsrun(['exec', '--process', file, id]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [cwd, ...rest] = result.stdout.trimEnd().split('\n');
    expect(cwd).toBe('/etc');
    expect(rest.slice(-3)).toEqual(['0077', '55', 'CapEff:\t0000000000000000']);
    const env = rest.slice(0, -3).filter((line) => !/^(PWD|SHLVL|OLDPWD)=/.test(line));
    expect(env.sort()).toEqual(['HOME=/root', 'ONLY=this', 'PATH=/bin']);
  });

  test('is left alone with --detach, and is where the pid file says', async (context) => {
    need(context, 'busybox');
    const file = join(bundle.path, 'exec.pid');
    const result = await detached(rig, ['exec', '--detach', '--pid-file', file, id, 'sleep', '599']);
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const pid = readFileSync(file, 'utf8');
    expect(pid).toMatch(/^[1-9]\d*$/);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\x00599\x00');
    // The last of NSpid is its pid in the container.
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\t\d+(\t\d+)*\t\d+$/m);
    process.kill(Number(pid), 'SIGKILL');
  });

  test('has no pid file where it could not be executed', async (context) => {
    need(context, 'busybox');
    const file = join(bundle.path, 'none.pid');
    const result = await rig.tsrun(['exec', '--pid-file', file, id, 'nosuch']);
    expect([result.code, existsSync(file)]).toEqual([255, false]);
  });

  test('is never there where its pid file cannot be written', async (context) => {
    need(context, 'busybox');
    for (const file of ['/nosuch/exec.pid', bundle.path]) {
      for (const options of [['--detach'], []]) {
        const mark = `mark-${Math.random()}`;
        const line = ['exec', ...options, '--pid-file', file, id, 'sh', '-c', `> /${mark}; exec sleep 598`];
        const result = await detached(rig, line);
        expect([result.code, result.stderr]).toEqual([
          255,
          expect.stringMatching(/^tsrun: cannot write the pid file ".+": open: E\w+ .+\n {2}hint: /),
        ]);
        expect(existsSync(join(bundle.rootfs, mark))).toBe(false);
        expect(await shell('ps')).not.toContain('sleep 598');
      }
    }
  });

  test('does not live on where its pid file cannot be written, with runc either', async (context) => {
    need(context, 'busybox', 'runc');
    context.skip(process.getuid?.() !== 0, 'runc needs root for this bundle');
    for (const program of ['tsrun', 'runc'] as const) {
      const other = rig.id();
      const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'] };
      const run = ['run', '--detach', '--bundle', bundle.path, other];
      expect(await rig[program](run, silent)).toMatchObject({ code: 0 });
      const line = ['exec', '--detach', '--pid-file', '/nosuch/pid', other, 'sleep', '597'];
      expect(await rig[program](line, silent), program).toMatchObject({ code: 255 });
      const { stdout } = await rig[program](['exec', other, 'ps']);
      expect(stdout).toContain('sleep 600');
      expect(stdout, program).not.toContain('sleep 597');
    }
  });

  test('may be in a container that is created only', async (context) => {
    need(context, 'busybox');
    const other = await created(rig, bundle);
    const result = await rig.tsrun(['exec', other, 'echo', 'early']);
    expect(result).toMatchObject({ code: 0, stdout: 'early\n', stderr: '' });
    expect(await stateOf(rig, other)).toMatchObject({ status: 'created' });
  });

  test('takes no terminal of ours: it leads a session', async (context) => {
    need(context, 'busybox');
    expect(await shell('set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && echo leads $7')).toBe(
      'leads 0',
    );
  });

  test('many at a time all run', async (context) => {
    need(context, 'busybox');
    const numbers = Array.from({ length: 12 }, (_, index) => String(index));
    expect(await Promise.all(numbers.map((number) => shell(`echo ${number}`)))).toEqual(numbers);
  });
});

test('has the session keyring of the container, which nobody else sees', async (context) => {
  need(context, 'busybox');
  const own = rig.bundle({
    config: (config) => {
      delete config.linux.maskedPaths;
      config.process.args = ['sh', '-c', 'cat /proc/keys >/new; mv /new /keys; exec sleep 600'];
    },
  });
  const other = await started(rig, own);
  await expect.poll(() => existsSync(join(own.rootfs, 'keys'))).toBe(true);
  const lines = (text: string) => text.split('\n').filter((line) => line.includes(` _ses.${other}.`));
  const first = lines(readFileSync(join(own.rootfs, 'keys'), 'utf8'));
  const second = lines((await rig.tsrun(['exec', other, 'cat', '/proc/keys'])).stdout);
  expect([first.length, second.length]).toEqual([1, 1]);
  expect(second[0]).toMatch(/: empty$/);
  // The same serial number.
  expect(second[0]?.split(' ')[0]).toBe(first[0]?.split(' ')[0]);
  expect(readFileSync('/proc/keys', 'utf8')).not.toContain(`_ses.${other}`);
});

test('enters the cgroups of the container where clone3 is refused, as in a sandbox', async (context) => {
  need(context, 'busybox', 'strace');
  const refuse = ['-e', 'trace=clone3', '-e', 'inject=clone3:error=ENOSYS'];
  const through = ['strace', '-qq', '-f', '--seccomp-bpf', '-o', '/dev/null', ...refuse];
  const result = await rig.tsrun(['exec', id, 'cat', '/proc/self/cgroup', '/proc/1/cgroup'], { through });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const lines = result.stdout.trim().split('\n');
  expect(lines.slice(lines.length / 2)).toEqual(lines.slice(0, lines.length / 2));
});

describe('a process file', () => {
  test.for([
    ['{"args": "sh", "cwd": "/"}', '/args'],
    ['{"args": ["sh"], "cwd": "tmp"}', '/cwd'],
    ['{"args": ["sh"', 'process'],
  ] as const)('%s is refused with what is wrong in it', async ([text, words], context) => {
    need(context, 'busybox');
    const file = join(bundle.path, 'wrong-process.json');
    writeFileSync(file, text);
    const result = await rig.tsrun(['exec', '--process', file, id]);
    expect(result.code).toBe(255);
    expect(result.stderr).toContain(words);
  });
});

test('a link in the image does not make the working directory one of the host', async (context) => {
  need(context, 'busybox');
  for (let fd = 3; fd < 12; fd++) symlinkSync(`/proc/self/fd/${fd}`, join(bundle.rootfs, `link-${fd}`));
  for (let fd = 3; fd < 12; fd++) {
    const result = await rig.tsrun(['exec', '--cwd', `/link-${fd}`, id, 'pwd']);
    expect([fd, result.code, result.stdout]).toEqual([fd, 255, '']);
  }
});
