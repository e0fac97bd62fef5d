/** The runtime under attack, in a scratch directory of its own. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LooseConfig } from '../setup/base-config.ts';
import type { Result } from '../setup/execute.ts';
import { patience } from '../setup/patience.ts';
import { type Bundle, commands, makeRig, type Rig, type RigOptions } from '../setup/rig.ts';
import { treeDigest } from '../setup/tree-digest.ts';
import { Breach } from './attack.ts';

export interface Target extends AsyncDisposable {
  readonly kind: 'tsrun' | 'runc' | 'crun' | 'other';
  readonly rig: Rig;
  /** How often a race is run. */
  readonly rounds: number;
  /** The runtime's own command line, without `--root`. */
  readonly program: readonly string[];
  bundle(
    config?: (config: LooseConfig) => void,
    finish?: (config: LooseConfig, made: Bundle) => void,
  ): Bundle;
  /** A bundle whose root is that of another one: making a root takes longer than running it. */
  bundleOf(rootfs: string, config: (config: LooseConfig) => void): Bundle;
  /** Any command; one that does not end within its time is a breach. */
  command(args: readonly string[], options?: RigOptions): Promise<Result>;
  /** Runs a container to its end. */
  run(bundle: Bundle, options?: RigOptions & { readonly args?: readonly string[] }): Promise<Result>;
  /** @returns the id of a container that goes on running */
  start(bundle: Bundle): Promise<string>;
  /** A tree on the host that nothing may change. */
  sentinel(): Sentinel;
}

export interface Sentinel {
  readonly path: string;
  /** @throws Breach where something in it was changed */
  check(): void;
}

/** What attacks use in a container. */
const applets = [
  ...[
    'cat',
    'cut',
    'echo',
    'env',
    'false',
    'grep',
    'id',
    'ln',
    'ls',
    'mkdir',
    'mknod',
    'pwd',
    'readlink',
    'rm',
    'rmdir',
  ],
  ...['sh', 'sleep', 'stat', 'tr', 'true'],
];

/** Longer than any command takes; what takes longer hangs. */
const PATIENCE = patience(20_000);

/** @param path of the runtime's program */
export function makeTarget(path: string, rounds: number): Target {
  const kind = kindOf(path);
  const program = kind === 'crun' ? [...commands.crun()] : [path];
  const rig = makeRig(program);
  const command = async (args: readonly string[], options: RigOptions = {}) => {
    const result = await rig.tsrun(args, { timeout: PATIENCE, ...options });
    if (result.signal === 'SIGKILL') throw new Breach(`"${args[0]}" hangs`);
    return result;
  };
  return {
    ...{ kind, rig, rounds, program, command },
    bundle: (config, finish) =>
      rig.bundle({
        applets,
        config: (made) => {
          made.mounts = made.mounts.filter(({ type }: LooseConfig) => type !== 'cgroup');
          config?.(made);
        },
        ...(finish ? { finish } : {}),
      }),
    bundleOf: (rootfs, config) => {
      const { path } = rig.bundle({
        rootfs: 'empty',
        config: (made) => {
          config(made);
          made.root.path = rootfs;
        },
      });
      return { path, rootfs };
    },
    run: ({ path: bundle }, { args = [], ...options } = {}) =>
      command(['run', ...args, '--bundle', bundle, rig.id()], options),
    start: async ({ path: bundle }) => {
      const id = rig.id();
      const output = join(mkdtempSync(join(rig.path, 'output-')), 'file');
      const silent = ['sh', '-c', `exec "$@" </dev/null >${output} 2>&1`, 'sh'];
      const { code } = await command(['run', '--detach', '--bundle', bundle, id], { through: silent });
      if (code !== 0) throw new Error(`the container does not start: see ${output}`);
      return id;
    },
    sentinel: () => {
      const sentinel = mkdtempSync(join(rig.path, 'sentinel-'));
      for (const name of ['file', 'secret', 'null'])
        writeFileSync(join(sentinel, name), `${name} of the host\n`);
      mkdirSync(join(sentinel, 'directory'));
      const before = treeDigest(sentinel);
      return {
        path: sentinel,
        check: () => {
          if (treeDigest(sentinel) !== before) throw new Breach('something on the host was changed');
        },
      };
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

function kindOf(path: string): Target['kind'] {
  const name = basename(path).replace(/-node$/, '');
  return name === 'tsrun' || name === 'runc' || name === 'crun' ? name : 'other';
}

/** The first line of what a command that failed has said, without what differs from run to run. */
export function reason({ code, stderr, stdout }: Result): string {
  const text = /msg="((?:[^"\\]|\\.)*)"/.exec(stderr)?.[1]?.replaceAll('\\"', '"') ?? stderr;
  const line = (text || stdout).split('\n').find((one) => one.trim() !== '') ?? `status ${code}`;
  return line
    .slice(0, 1000)
    .replace(/^tsrun: /, '')
    .replaceAll(/\S*\/tsrun-test-\w+/g, '…');
}
