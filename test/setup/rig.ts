/**
 * The rig of integration tests: bundles, the program under test, runc and crun beside it, and nothing left behind.
 *
 *     test('exits as the process does', async (context) => {
 *       need(context, 'busybox');
 *       await using rig = makeRig();
 *       const bundle = rig.bundle({ config: (c) => { c.process.args = ['sh', '-c', 'exit 42']; } });
 *       const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
 *       expect(result).toMatchObject({ code: 42, stderr: '' });
 *     });
 */
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringifyJson } from '../../src/spec/parse-json.ts';
import { baseConfig, type LooseConfig } from './base-config.ts';
import { makeBusyboxRootfs } from './busybox-rootfs.ts';
import { type ExecuteOptions, execute, type Result } from './execute.ts';

export interface BundleOptions {
  /** Changes the base configuration (test/setup/base-config.ts). */
  readonly config?: (config: LooseConfig) => void;
  /** The same, where the bundle's paths are needed for it. */
  readonly finish?: (config: LooseConfig, bundle: Bundle) => void;
  /** `empty` makes only the directory. */
  readonly rootfs?: 'busybox' | 'empty';
  /** Busybox's programs that are needed, where a few are enough: links take their time. */
  readonly applets?: readonly string[];
}

export interface Bundle {
  readonly path: string;
  readonly rootfs: string;
}

export interface RigOptions extends ExecuteOptions {
  /** A command that executes the one that is appended to it: `sh -c 'ulimit -n 64; exec "$@"' sh`. */
  readonly through?: readonly string[];
}

export interface Rig extends AsyncDisposable {
  /** A directory of this rig's own, removed at the end. */
  readonly path: string;
  /** The state directory given to tsrun as `--root`. */
  readonly root: string;
  bundle(options?: BundleOptions): Bundle;
  /** A container id used by nobody else; its container is deleted at the end, whatever its state. */
  id(): string;
  /** Runs the program under test with this rig's `--root`. */
  tsrun(args: readonly string[], options?: RigOptions): Promise<Result>;
  /** Runs the oracle with a root of its own. */
  runc(args: readonly string[], options?: RigOptions): Promise<Result>;
  crun(args: readonly string[], options?: RigOptions): Promise<Result>;
}

/** The program under test (vitest.config.ts sets it). */
export function programUnderTest(): string {
  const path = process.env.TSRUN;
  if (path === undefined)
    throw new Error('TSRUN is not set: run this test in one of the integration projects');
  return path;
}

let serial = 0;

/**
 * A new rig; use it with `await using`.
 *
 * @param program the command line that is run in the place of the program under test
 */
export function makeRig(program?: readonly string[]): Rig {
  const path = mkdtempSync(join(tmpdir(), 'tsrun-test-'));
  const ids: string[] = [];
  const used = new Set<keyof typeof commands>();
  const root = (name: string) => join(path, `${name}-root`);
  const runtime = (name: keyof typeof commands) => (args: readonly string[], options?: RigOptions) => {
    used.add(name);
    const command = name === 'tsrun' && program ? program : commands[name]();
    const line = [...(options?.through ?? []), ...command, '--root', root(name), ...args];
    return execute(line[0] as string, line.slice(1), options);
  };
  const rig = {
    path,
    root: root('tsrun'),
    id: () => {
      const id = `t${process.pid}-${++serial}`;
      ids.push(id);
      return id;
    },
    bundle: (options: BundleOptions = {}) => makeBundle(mkdtempSync(join(path, 'bundle-')), options),
    tsrun: runtime('tsrun'),
    runc: runtime('runc'),
    crun: runtime('crun'),
    async [Symbol.asyncDispose]() {
      for (const name of [...used]) {
        for (const id of ids) await rig[name](['delete', '--force', id]);
      }
      if (used.has('crun')) reclaimNull();
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return rig;
}

/** crun gives standard streams to the container's user, and so may have given away the machine's /dev/null. */
function reclaimNull(): void {
  if (process.getuid?.() === 0 && statSync('/dev/null').uid !== 0) chownSync('/dev/null', 0, 0);
}

/** crun refuses hybrid cgroup layouts, so as root it gets a mount namespace with cgroup2 alone. */
const hideCgroup1 =
  'umount -l /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup && exec crun "$@"';

/** Who makes the cgroups; `npm run test:vm` says it. */
const withSystemd = process.env.TSRUN_CGROUP_MANAGER === 'systemd';

export const commands = {
  tsrun: () => [programUnderTest(), ...(withSystemd ? ['--cgroup-manager', 'systemd'] : [])] as const,
  runc: () => ['runc', ...(withSystemd ? ['--systemd-cgroup'] : [])] as const,
  crun: () =>
    process.getuid?.() === 0
      ? (['unshare', '-m', 'sh', '-c', hideCgroup1, 'crun', '--cgroup-manager=disabled'] as const)
      : (['crun', '--cgroup-manager=disabled'] as const),
} satisfies Record<string, () => readonly [string, ...string[]]>;

function makeBundle(path: string, options: BundleOptions): Bundle {
  const rootfs = join(path, 'rootfs');
  if (options.rootfs === 'empty') mkdirSync(rootfs);
  else makeBusyboxRootfs(rootfs, options.applets);
  const config = baseConfig();
  options.config?.(config);
  options.finish?.(config, { path, rootfs });
  writeFileSync(join(path, 'config.json'), stringifyJson(config, 2));
  return { path, rootfs };
}
