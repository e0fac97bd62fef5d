/** Whole containers on aarch64: the executable on Debian's kernel for that processor, on a machine that software runs. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { executableFor } from '../../scripts/build/other-processor.ts';
import { type Outcome, runInGuest } from '../../scripts/vm/arm64/boot.ts';
import { arm64Machine } from '../../scripts/vm/arm64/machine.ts';
import { baseConfig, type LooseConfig } from '../setup/base-config.ts';
import { need, needRoot, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';

interface Check {
  readonly title: string;
  /** For a shell in the guest, as root. */
  readonly script: string;
  readonly shows: string;
}

const STATUS = `status() { tsrun state "$1" | sed -n 's/.*"status": "\\(.*\\)".*/\\1/p'; }
ends() { until [ "$(status "$1")" = stopped ]; do sleep 0.1; done; }`;

/** As a user whose session has a cgroup of its own. */
function asUser(script: string): string {
  return `echo $$ >/sys/fs/cgroup/session/cgroup.procs
cat >/tmp/script <<'END'
cd && export XDG_RUNTIME_DIR=/home/user
${script}
END
su user -c 'exec sh /tmp/script'
result=$?
echo $$ >/sys/fs/cgroup/cgroup.procs
exit $result`;
}

const checks: readonly Check[] = [
  {
    title: 'run, on an overlay',
    script: `tsrun run --bundle /bundles/once first
ls /bundles/rootfs`,
    shows: 'aarch64: user 0, process 1, host container\nbin\n',
  },
  {
    title: 'create, start, exec, pause, kill, delete',
    script: `${STATUS}
tsrun create --bundle /bundles/waiting second
status second
tsrun start second
status second
tsrun exec second sh -c 'echo in $(hostname)'
tsrun exec --user 7:8 --cwd /bin second sh -c 'echo as $(id -u):$(id -g) in $(pwd)'
tsrun exec second sh -c 'exit 42'
echo $?
tsrun pause second
status second
tsrun resume second
status second
tsrun kill second KILL
ends second
tsrun delete second
tsrun list --quiet`,
    shows: 'created\nrunning\nin container\nas 7:8 in /bin\n42\npaused\nrunning\n',
  },
  {
    title: 'limits, update, events, delete --force',
    script: `tsrun create --bundle /bundles/limited third
cd /sys/fs/cgroup/third
cat memory.max pids.max cpu.max
tsrun update --pids-limit 40 third
cat pids.max
tsrun events --stats third | grep -o '"limit":40'
tsrun delete --force third
ls /sys/fs/cgroup/third`,
    shows: `67108864
50
50000 100000
40
"limit":40
ls: /sys/fs/cgroup/third: No such file or directory
`,
  },
  {
    title: 'a seccomp filter',
    script: 'tsrun run --bundle /bundles/filtered fourth',
    shows: "mkdir: can't create directory '/new': Operation not permitted\nSeccomp:\t2\n",
  },
  {
    title: 'hooks, on the host and in the container',
    script: 'tsrun run --bundle /bundles/hooked fifth; cat /tmp/hooks',
    shows: 'startContainer in container\ncreateRuntime creating\npoststop stopped\n',
  },
  {
    title: 'a terminal',
    script: "setsid cttyhack sh -c 'tsrun run --bundle /bundles/terminal sixth'",
    shows: '/dev/pts/0\n',
  },
  {
    title: 'run, as an ordinary user',
    script: asUser('tsrun run --bundle /bundles/user seventh'),
    shows: 'aarch64: user 0, process 1, host container\n         0       1000          1\n',
  },
  {
    title: 'create, start, exec, kill, delete, as an ordinary user',
    script: asUser(`${STATUS}
tsrun create --bundle /bundles/user-waiting eighth
tsrun start eighth
status eighth
tsrun exec eighth sh -c 'echo in $(hostname)'
tsrun kill eighth KILL
ends eighth
tsrun delete eighth
tsrun list --quiet`),
    shows: 'running\nin container\n',
  },
  {
    title: 'an error',
    script: 'tsrun start missing; echo $?',
    shows: expect.stringMatching(/not exist.*1\n$/s),
  },
];

const scratch = mkdtempSync(join(tmpdir(), 'tsrun-arm64-test-'));
let outcomes: readonly Outcome[] = [];
beforeAll(async () => {
  if (reason() !== undefined) return;
  const machine = await arm64Machine();
  makeBundles(machine.busybox);
  const guest = { machine, program: await executableFor('arm64'), bundles: scratch };
  outcomes = runInGuest(
    guest,
    checks.map(({ script }) => script),
  );
}, patience(600_000));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.for(checks)('$title', ({ title, shows }, context) => {
  needMachine(context);
  const outcome = outcomes[checks.findIndex((check) => check.title === title)];
  expect(outcome?.output).toEqual(shows);
});

function needMachine(context: TestContext): void {
  context.skip(process.env.TSRUN_LONG !== '1', 'with TSRUN_LONG=1');
  context.skip(process.arch !== 'x64', 'the other tests run on this processor');
  needRoot(context);
  need(context, ...required);
}

const required = ['crossGcc', 'crossLibc', 'qemuUser', 'mmdebstrap', 'busybox'] as const;

/** Why there is no machine; the tests say it. */
function reason(): string | undefined {
  if (process.env.TSRUN_LONG !== '1' || process.arch !== 'x64' || process.getuid?.() !== 0) return 'not here';
  return required.find((name) => !needs[name].present());
}

function makeBundles(busybox: string): void {
  const bin = join(scratch, 'rootfs/bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(busybox, join(bin, 'busybox'));
  for (const name of ['sh', 'uname', 'id', 'hostname', 'sleep', 'mkdir', 'grep', 'tty', 'cat'])
    symlinkSync('busybox', join(bin, name));
  const hello = 'echo "$(uname -m): user $(id -u), process $$, host $(hostname)"';
  bundle('once', 0, (c) => {
    c.process.args = ['sh', '-c', `${hello}; echo >/new`];
    c.annotations = { 'org.tsrun.overlay': 'disk' };
  });
  bundle('waiting', 0, waits);
  bundle('limited', 0, (c) => {
    waits(c);
    c.linux.resources = {
      memory: { limit: 64 << 20 },
      pids: { limit: 50 },
      cpu: { quota: 50_000, period: 100_000 },
    };
  });
  bundle('filtered', 0, (c) => {
    c.process.args = ['sh', '-c', 'mkdir /new; grep "^Seccomp:" /proc/self/status'];
    const rule = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' };
    c.linux.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_AARCH64'],
      syscalls: [rule],
    };
  });
  bundle('hooked', 0, (c) => {
    const hook = (script: string) => [{ path: '/bin/sh', args: ['sh', '-c', script] }];
    const recorded = (name: string) =>
      hook(`echo ${name} $(sed -n 's/.*"status": *"\\([a-z]*\\)".*/\\1/p') >>/tmp/hooks`);
    c.process.args = ['cat', '/dev/shm/hook'];
    c.hooks = {
      createRuntime: recorded('createRuntime'),
      startContainer: hook('echo startContainer in $(hostname) >/dev/shm/hook'),
      poststop: recorded('poststop'),
    };
  });
  bundle('terminal', 0, (c) => {
    c.process.args = ['tty'];
    c.process.terminal = true;
  });
  bundle('user', 1000, (c) => (c.process.args = ['sh', '-c', `${hello}; cat /proc/self/uid_map`]));
  bundle('user-waiting', 1000, waits);
}

function waits(config: LooseConfig): void {
  config.process.args = ['sleep', '1000'];
}

function bundle(name: string, id: number, change: (config: LooseConfig) => void): void {
  const config = baseConfig(id, id);
  config.root = { path: '/bundles/rootfs' };
  change(config);
  mkdirSync(join(scratch, name));
  writeFileSync(join(scratch, name, 'config.json'), JSON.stringify(config));
}
