/**
 * Mutated configurations through the program itself: a container is made of them or not, and when it is deleted
 * nothing is left. As root in a mount namespace where the host's files are read-only: a mutated root may be `/`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRASH } from '../battery/attacks/input.ts';
import { mutated } from '../fuzz/mutate.ts';
import { randomFrom, seedOfRun } from '../fuzz/random.ts';
import { containerSeeds } from '../fuzz/seeds.ts';
import { baseConfig, type LooseConfig } from '../setup/base-config.ts';
import { rounds } from '../setup/batteries.ts';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { remains } from '../setup/remains.ts';
import { makeRig } from '../setup/rig.ts';

const COUNT = rounds({ sample: 25, all: 1000 });
/** Milliseconds for one command. */
const PATIENCE = patience(5000);
const isRoot = process.getuid?.() === 0;

test('nothing is left of mutated configurations, whatever they end in', {
  timeout: patience(1_800_000),
}, async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const { rootfs, path } = rig.bundle({ applets: ['true', 'sh'] });
  mkdirSync(rig.root, { mode: 0o700 });
  const output = join(rig.path, 'output');
  const through = [
    ...(isRoot ? readOnlyHost(rig.path) : []),
    'sh',
    '-c',
    `exec "$@" </dev/null >${output} 2>&1`,
    'sh',
  ];
  const run = async (shown: string, ...args: string[]) => {
    const result = await rig.tsrun(args, { through, timeout: PATIENCE });
    const text = readFileSync(output, 'utf8');
    expect(CRASH.exec(text)?.[0], `${shown}\n${text}`).toBeUndefined();
    expect([result.signal, [0, 1].includes(result.code ?? -1)], `${shown}\n${text}`).toEqual([null, true]);
    return result.code;
  };
  const first = seedOfRun();
  let made = 0;
  for (const seed of [...containerSeeds, ...Array.from({ length: COUNT }, (_, index) => first + index)]) {
    const text = mutated(fuzzConfig(), randomFrom(seed));
    writeFileSync(join(path, 'config.json'), text);
    const id = rig.id();
    const shown = `seed ${seed} (TSRUN_SEED=${seed}): ${text}`;
    if ((await run(shown, 'create', '--bundle', path, id)) === 0) made += 1;
    else expect(remains(rig, id), shown).toEqual([]);
    await run(shown, 'delete', '--force', id);
    expect([...remains(rig, id), ...readdirSync(rig.root), ...strayCgroups()], shown).toEqual([]);
  }
  // Not all mutations break a configuration.
  expect(made).toBeGreaterThan(Math.floor(COUNT / 50));
  expect(existsSync(rootfs)).toBe(true);
});

/** Only the rig's directory can be written to. */
function readOnlyHost(writable: string): string[] {
  const script = 'mount --bind "$0" "$0"; mount -o remount,bind,ro / && exec "$@"';
  return ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, writable];
}

/** Everything that works here, on any machine. */
function fuzzConfig(): LooseConfig {
  const config = baseConfig();
  const hook = [{ path: '/bin/true', args: ['true'], env: ['A=b'], timeout: 1 }];
  config.mounts.push(
    { destination: '/b', type: 'bind', source: '/etc', options: ['rbind', 'ro', 'rslave'] },
    { destination: '/f', type: 'bind', source: '/etc/passwd', options: ['bind', 'ro', 'nosuid'] },
    { destination: '/t/made', type: 'tmpfs', source: 'tmpfs', options: ['size=16k', 'mode=700'] },
  );
  config.process.cwd = '/work';
  config.hooks = { prestart: hook, createRuntime: hook, createContainer: hook, poststop: hook };
  config.annotations = { 'org.tsrun.overlay': 'tmpfs=1m' };
  config.domainname = 'domain';
  Object.assign(config.process, {
    oomScoreAdj: 500,
    ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 5 },
    scheduler: { policy: 'SCHED_OTHER', nice: 1 },
  });
  config.linux.namespaces.push({ type: 'time' });
  Object.assign(config.linux, {
    timeOffsets: { monotonic: { secs: 5, nanosecs: 1 } },
    sysctl: { 'kernel.shmmax': '100000' },
    devices: [{ type: 'p', path: '/pipes/p', fileMode: 384, uid: 0, gid: 0 }],
    personality: { domain: 'LINUX' },
    rootfsPropagation: 'rslave',
  });
  if (isRoot) {
    config.linux.cgroupsPath = '/tsrun-fuzz';
    config.linux.devices.push({ type: 'c', path: '/dev/zero2', major: 1, minor: 5, fileMode: 438 });
    config.process.user.additionalGids = [5];
  }
  return config;
}

/** At names that mutations have. */
function strayCgroups(): string[] {
  const hierarchies = ['', ...list('/sys/fs/cgroup')].map((name) => join('/sys/fs/cgroup', name));
  return hierarchies
    .flatMap((hierarchy) => ['tsrun-fuzz', 'x', 'X='].map((name) => join(hierarchy, name)))
    .filter((path) => existsSync(path));
}

function list(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
