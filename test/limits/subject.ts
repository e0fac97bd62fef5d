/** The runtime that proofs are made on, and the containers that it makes for them. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LooseConfig } from '../setup/base-config.ts';
import { makeBusyboxRootfs } from '../setup/busybox-rootfs.ts';
import type { Result } from '../setup/execute.ts';
import { patience } from '../setup/patience.ts';
import { makeRig } from '../setup/rig.ts';
import { type Running, startProgram } from '../setup/running.ts';
import type { Host } from './host.ts';
import { NotInForce, Refused } from './proof.ts';
import { until } from './until.ts';

export interface Subject extends AsyncDisposable {
  readonly kind: 'tsrun' | 'runc' | 'crun' | 'other';
  readonly host: Host;
  /** @throws Refused where the runtime does not make it */
  start(wish: Wish): Promise<Container>;
  /** Runs a container to its end. */
  run(wish: Wish): Promise<Result>;
}

export interface Wish {
  readonly resources?: LooseConfig;
  readonly config?: (config: LooseConfig) => void;
  /** For sh(1), after the files are read. */
  readonly script?: string;
  /** Names of files of its cgroup that it reads at first. */
  readonly files?: readonly string[];
}

export interface Container {
  readonly id: string;
  readonly pid: number;
  /** A directory that is `/share` in the container. */
  readonly share: string;
  /** What the container itself has read in its `/sys/fs/cgroup`, by name; only what can be seen there. */
  readonly inside: ReadonlyMap<string, string>;
  /** What its first process has written so far. */
  output(): string;
  /** A file of its cgroup as the host sees it, now. */
  read(file: string): string;
  /** A number in a file of lines with a name and a number, such as `memory.events`. */
  count(file: string, name: string): number;
  /** Runs a script of sh(1) in it. */
  exec(script: string): Promise<Result>;
  /** `update --pids-limit 5`: the container's id goes last. @throws Refused */
  command(...args: readonly string[]): Promise<Result>;
  /** A command that goes on, such as `events`. */
  follow(...args: readonly string[]): Running;
}

export interface SubjectOptions {
  readonly host: Host;
  readonly path: string;
  /** A command that executes the runtime, which is appended to it. */
  readonly through?: readonly string[];
  /** A cgroup to which the user may add others. */
  readonly parent?: string;
}

/** What scripts use. */
const applets = [
  ...[
    'cat',
    'dd',
    'echo',
    'fallocate',
    'grep',
    'head',
    'id',
    'ls',
    'mkdir',
    'mknod',
    'mv',
    'seq',
    'setsid',
    'sh',
  ],
  ...['sleep', 'sync', 'taskset', 'timeout', 'touch', 'true', 'usleep'],
];

/** Longer than any command takes. */
const PATIENCE = patience(30_000);

export function makeSubject({ host, path, through = [], parent }: SubjectOptions): Subject {
  const program = [...through, path, ...(host.place.manager === 'systemd' ? ['--systemd-cgroup'] : [])];
  const rig = makeRig(program);

  const bundleOf = (id: string, { resources, config, script = 'exec sleep 600', files = [] }: Wish) => {
    const share = mkdtempSync(join(rig.path, 'share-'));
    const { path } = rig.bundle({
      rootfs: 'empty',
      config: (made) => {
        made.root.path = sharedRootfs(host);
        made.process.args = [
          'sh',
          '-c',
          `${reading(files.map((file) => insideName(host, file)))}\n${script}`,
        ];
        made.mounts.push(cgroupMount, {
          destination: '/share',
          type: 'bind',
          source: share,
          options: ['bind'],
        });
        if (resources) made.linux.resources = { ...made.linux.resources, ...resources };
        if (parent !== undefined) made.linux.cgroupsPath = join(parent, id);
        config?.(made);
      },
    });
    return { path, share };
  };

  return {
    kind: kindOf(path),
    host,
    run: (wish) => {
      const id = rig.id();
      return rig.tsrun(['run', '--bundle', bundleOf(id, wish).path, id], { timeout: PATIENCE });
    },
    start: async (wish) => {
      const id = rig.id();
      const bundle = bundleOf(id, wish);
      const file = (name: string) => join(bundle.share, '..', `${basename(bundle.share)}.${name}`);
      const silent = ['sh', '-c', `exec "$@" </dev/null >${file('out')} 2>&1`, 'sh'];
      const line = ['run', '--detach', '--pid-file', file('pid'), '--bundle', bundle.path, id];
      const { code } = await rig.tsrun(line, { through: silent, timeout: PATIENCE });
      const output = () => readFileSync(file('out'), 'utf8');
      if (code !== 0) throw new Refused(output());
      const pid = Number(readFileSync(file('pid'), 'utf8'));
      const inside = await insideOf(bundle.share, output);
      const command = async (args: readonly string[]) => rig.tsrun(args, { timeout: PATIENCE });
      const directories = new Map<string, string>();
      const read = (name: string) => {
        const controller = controllerOf(name);
        // Kept: a process that has ended is in no cgroup.
        const directory = directories.get(controller) ?? host.directory(pid, controller);
        directories.set(controller, directory);
        return readFileSync(join(directory, name), 'utf8').trim();
      };
      return {
        ...{ id, pid, output, read },
        share: bundle.share,
        inside: new Map(
          (wish.files ?? [])
            .filter((name) => host.place.cgroup === 'v2' || host.version(controllerOf(name)) === 1)
            .map((name) => [name, inside.get(insideName(host, name))?.trim() ?? 'missing']),
        ),
        count: (name, key) => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(read(name))?.[1] ?? 0),
        exec: (script) => command(['exec', id, 'sh', '-c', script]),
        command: async (...args) => {
          const result = await command([...args, id]);
          if (result.code !== 0) throw new Refused(result.stderr);
          return result;
        },
        follow: (...args) =>
          startProgram(program[0] as string, [...program.slice(1), '--root', rig.root, ...args, id]),
      };
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

const cgroupMount = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
};

/** Each line with the name of its file, as grep(1) has it; /dev/null so that a single file is named too. */
function reading(files: readonly string[]): string {
  return `cd /sys/fs/cgroup && grep -s "" /dev/null ${files.join(' ')} >/share/part; mv /share/part /share/inside; cd /`;
}

/** @throws NotInForce where the first process ends before it has written anything */
async function insideOf(share: string, output: () => string): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const text = await until(() => {
    try {
      return readFileSync(join(share, 'inside'), 'utf8');
    } catch {
      return undefined;
    }
  }).catch(() => {
    throw new NotInForce(`the container's process does nothing: ${output()}`);
  });
  for (const line of text.split('\n').filter(Boolean)) {
    const [name = '', ...rest] = line.split(':');
    values.set(name, `${values.get(name) ?? ''}${rest.join(':')}\n`);
  }
  return values;
}

function controllerOf(file: string): string {
  return file.split('.')[0] ?? '';
}

/** One for all containers: to make it takes longer than most of what is done in it. */
function sharedRootfs({ scratch }: Host): string {
  const path = join(scratch, 'rootfs');
  if (!existsSync(path)) makeBusyboxRootfs(path, applets);
  return path;
}

/** With version 1 each controller has a directory; version 2 beside them is not in the container. */
function insideName(host: Host, file: string): string {
  return host.place.cgroup === 'v2' ? file : join(controllerOf(file), file);
}

function kindOf(path: string): Subject['kind'] {
  const name = basename(path).replace(/-node$/, '');
  return name === 'tsrun' || name === 'runc' || name === 'crun' ? name : 'other';
}

/** Makes a file that is below `/share` in the container. */
export function put(container: Container, name: string, content: string | Uint8Array): void {
  writeFileSync(join(container.share, name), content);
}

/** What is in a file below `/share`, as soon as it is not empty. */
export function got(container: Container, name: string): string | undefined {
  const path = join(container.share, name);
  return (existsSync(path) && readFileSync(path, 'utf8')) || undefined;
}
