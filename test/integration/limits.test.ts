/**
 * Limits of linux.resources on cgroup v1: in the kernel's files the same as with runc, and in force. As root: an
 * ordinary user has no cgroups of version 1.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { cgroupFile, cgroupOf, needVersion1 } from '../setup/cgroup-files.ts';
import { need, needRoot } from '../setup/needs.ts';
import { started, stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

function bundleWith(resources: LooseConfig, ...args: string[]): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = args.length > 0 ? args : ['sleep', '600'];
      Object.assign(config.linux.resources, resources);
    },
  });
}

const everything = {
  memory: { limit: 1 << 25, swap: 1 << 26, reservation: 1 << 24, swappiness: 10, disableOOMKiller: true },
  cpu: { shares: 100, quota: 50_000, period: 200_000, cpus: '0', mems: '0' },
  pids: { limit: 20 },
};

const files = [
  ...[
    'memory.limit_in_bytes',
    'memory.memsw.limit_in_bytes',
    'memory.soft_limit_in_bytes',
    'memory.swappiness',
  ],
  ...['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us', 'cpuset.cpus', 'cpuset.mems', 'pids.max'],
  ...['blkio.throttle.read_bps_device', 'blkio.throttle.write_iops_device'],
];

describe('limits', () => {
  test('are in the files of the kernel as with runc', async (context) => {
    needRoot(context);
    need(context, 'busybox', 'runc');
    needVersion1(context, 'memory', 'cpu', 'cpuset', 'pids', 'blkio');
    const device = firstDisk();
    const throttled = device && [{ ...device, rate: 1 << 20 }];
    const blockIO = { throttleReadBpsDevice: throttled, throttleWriteIOPSDevice: throttled };
    const bundle = bundleWith({ ...everything, ...(device ? { blockIO } : {}) });
    const ours = await pidOf(await started(rig, bundle));
    const other = rig.id();
    const pidFile = join(rig.path, 'runc-pid');
    const line = ['run', '--detach', '--pid-file', pidFile, '--bundle', bundle.path, other];
    const quiet = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
    expect(await rig.runc(line, { through: quiet })).toMatchObject({ code: 0 });
    const theirs = Number(readFileSync(pidFile, 'utf8'));
    const values = (pid: number) => files.map((file) => `${file}: ${cgroupFile(pid, file)}`);
    expect(values(ours)).toEqual(values(theirs));
    expect(values(ours)).toContain('pids.max: 20');
    expect(cgroupFile(ours, 'memory.oom_control')).toMatch(/^oom_kill_disable 1$/m);
  });

  test('hold for what exec starts', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'cpuset');
    const id = await started(rig, bundleWith({ cpu: { cpus: '0' } }));
    const { stdout } = await rig.tsrun(['exec', id, 'grep', 'Cpus_allowed_list', '/proc/self/status']);
    expect(stdout).toBe('Cpus_allowed_list:\t0\n');
  });

  test('of memory end a process that takes more', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'memory');
    const memory = { limit: 1 << 24, swap: 1 << 24 };
    const hog = [
      'sh',
      '-c',
      'sh -c \'x=$(dd if=/dev/zero bs=1M count=64 2>/dev/null | tr "\\0" a)\'; echo $?',
    ];
    const id = rig.id();
    const result = await rig.tsrun(['run', '--bundle', bundleWith({ memory }, ...hog).path, id]);
    expect(result).toMatchObject({ code: 0, stdout: '137\n' });
    expect(remains(rig, id)).toEqual([]);
  });

  test('of processes stop a fork bomb', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'pids');
    const bomb = ['sh', '-c', '(for i in $(seq 50); do sleep 600 & done) 2>/dev/null; exec sleep 600'];
    const id = await started(rig, bundleWith({ pids: { limit: 7 } }, ...bomb));
    const pid = await pidOf(id);
    await until(() => /^max [1-9]/m.test(readFileSync(join(cgroupOf(pid, 'pids'), 'pids.events'), 'utf8')));
    // The shell that could not go on has ended.
    await until(() => cgroupFile(pid, 'pids.current') === '6');
  });

  test('of processes: a container whose process may make no other', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'pids');
    const run = (ociVersion: string) => {
      const bundle = rig.bundle({
        config: (config) => {
          config.process.args = ['sh', '-c', 'echo alone; /bin/true & wait'];
          config.linux.resources.pids = { limit: 0 };
          Object.assign(config, { ociVersion });
        },
      });
      return rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    };
    const result = await run('1.3.0');
    expect(result.stdout).toBe('alone\n');
    expect(result.stderr).toMatch(/can't fork/);
    // Older engines write it for "no limit".
    expect(await run('1.2.1')).toMatchObject({ code: 0, stdout: 'alone\n', stderr: '' });
  });

  test('of processes count none of the runtime', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'pids');
    const bundle = bundleWith({ pids: { limit: 2 } }, 'sh', '-c', '/bin/true && echo two');
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: 'two\n', stderr: '' });
    const id = await started(rig, bundleWith({ pids: { limit: 3 } }));
    for (let times = 0; times < 3; times++) {
      const exec = await rig.tsrun(['exec', id, 'sh', '-c', '/bin/true && echo two']);
      expect(exec).toMatchObject({ code: 0, stdout: 'two\n', stderr: '' });
    }
  });

  test('of CPU time: a busy loop gets its share', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'cpu', 'cpuacct');
    const loop = ['sh', '-c', 'while :; do :; done'];
    const id = await started(rig, bundleWith({ cpu: { quota: 10_000, period: 50_000 } }, ...loop));
    const pid = await pidOf(id);
    const used = () => Number(cgroupFile(pid, 'cpuacct.usage')) / 1e6;
    const [before, begin] = [used(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 600));
    const share = (used() - before) / (performance.now() - begin);
    expect(share).toBeLessThan(0.3);
    expect(cgroupFile(pid, 'cpu.stat')).toMatch(/^nr_throttled [1-9]/m);
  });

  test('of devices: one that is allowed is read, another is not', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'devices');
    const script =
      'mknod /zero c 1 5; mknod /kmsg c 1 11; head -c 1 /zero >/dev/null && echo zero; cat /kmsg';
    const bundle = bundleWith({}, 'sh', '-c', script);
    const config = JSON.parse(readFileSync(join(bundle.path, 'config.json'), 'utf8')) as LooseConfig;
    for (const set of Object.values<string[]>(config.process.capabilities)) set.push('CAP_MKNOD');
    writeFileSync(join(bundle.path, 'config.json'), JSON.stringify(config));
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({
      stdout: 'zero\n',
      stderr: "cat: can't open '/kmsg': Operation not permitted\n",
    });
  });
});

describe('a limit that cannot be', () => {
  test('kept by any controller is refused before anything is done', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'memory');
    context.skip(existsSync('/sys/fs/cgroup/net_cls'), 'net_cls is mounted');
    const id = rig.id();
    const bundle = bundleWith({ network: { classID: 5 } });
    const result = await rig.tsrun(['create', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      'the class of network packets needs the cgroup controller "net_cls", which is mounted nowhere',
    );
    expect(remains(rig, id)).toEqual([]);
  });

  test('started under is named as what it is', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'memory');
    const id = rig.id();
    const bundle = bundleWith({ memory: { limit: 8192 } });
    const result = await rig.tsrun(['create', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('memory limit too low: 8192: container init was OOM-killed\n');
    expect(result.stderr).toContain('(/linux/resources/memory/limit)');
    expect(remains(rig, id)).toEqual([]);
  });

  test('written is named with its file, and nothing is left', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'cpuset');
    const id = rig.id();
    const result = await rig.tsrun(['create', '--bundle', bundleWith({ cpu: { cpus: '4095' } }).path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /^tsrun: cannot set the set of CPUs to "4095": write of ".*\/cpuset\.cpus": E/,
    );
    expect(remains(rig, id)).toEqual([]);
  });
});

async function pidOf(id: string): Promise<number> {
  return (await stateOf(rig, id)).pid;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it does not come to that');
}

/** The first whole disk of proc(5), `/proc/partitions`. */
function firstDisk(): { readonly major: number; readonly minor: number } | undefined {
  const lines = readFileSync('/proc/partitions', 'utf8').split('\n').slice(2);
  const disk = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, , , name = '']) => existsSync(`/sys/block/${name}`));
  return disk && { major: Number(disk[0]), minor: Number(disk[1]) };
}
