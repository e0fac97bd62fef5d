/**
 * The demo's config.json: a container in a user namespace whose root is made of this machine's own system, without
 * an image. Root gets one overlay of `/`; an ordinary user, who may not mount that, one overlay per directory.
 */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { generateSpec } from '../../src/spec/generate.ts';
import type { Config, Mount } from '../../src/spec/types.ts';

/** Every id there is; (uint32)-1 is none. */
const ALL_IDS = 4294967295;

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface DemoRequest {
  /** Where the demo's own files go; the caller removes it. */
  readonly directory: string;
  readonly args: readonly string[];
  readonly terminal: boolean;
}

export interface Demo {
  readonly config: Config;
  /** Top-level directories that the container does not show, each with the reason. */
  readonly leftOut: readonly string[];
}

/** Writes what the bundle needs besides config.json. */
export function demoOf(request: DemoRequest): Demo {
  return process.getuid?.() === 0 ? rootDemo(request) : userDemo(request);
}

/** The runtime mounts the overlay before the user namespace is made; every id is mapped to itself. */
function rootDemo(request: DemoRequest): Demo {
  const base = baseConfig(request);
  const everyId = [{ containerID: 0, hostID: 0, size: ALL_IDS }];
  return {
    leftOut: [],
    config: {
      ...base,
      root: { path: '/' },
      // In memory: a directory on the disk would lie in its own lower layer.
      annotations: { 'org.tsrun.overlay': 'tmpfs' },
      linux: { ...base.linux, uidMappings: everyId, gidMappings: everyId },
    },
  };
}

function userDemo(request: DemoRequest): Demo {
  const base = baseConfig(request);
  const { layers, leftOut } = overlayDirectories(request.directory);
  const [proc, ...others] = base.mounts ?? [];
  return { leftOut, config: { ...base, mounts: [...(proc ? [proc] : []), ...layers, ...others] } };
}

function baseConfig({ args, terminal }: DemoRequest): Config {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const spec = generateSpec({ rootless: true, overlay: false, ids: own });
  const term = process.env.TERM ? [`TERM=${process.env.TERM}`] : [];
  const scratch = ['/tmp', '/run'].map(
    (destination): Mount => ({
      ...{ destination, type: 'tmpfs', source: 'tmpfs' },
      options: ['nosuid', 'nodev', destination === '/tmp' ? 'mode=1777' : 'mode=755'],
    }),
  );
  const mounts = (spec.mounts ?? []).filter(({ type }) => type !== 'cgroup');
  return {
    ...spec,
    root: { path: 'rootfs', readonly: false },
    process: {
      ...spec.process,
      terminal,
      args: [...args],
      env: [PATH, ...term, 'HOME=/root', 'PS1=tsrun-demo:\\w\\$ '],
      cwd: '/',
      capabilities: demoCapabilities,
    },
    hostname: 'tsrun-demo',
    mounts: [...mounts, ...scratch],
  };
}

/** What containers usually have: enough to install packages, nothing on the machine. */
const names = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'SYS_CHROOT',
];
const capabilityNames = names.map((name) => `CAP_${name}`);
const demoCapabilities = {
  bounding: capabilityNames,
  effective: capabilityNames,
  permitted: capabilityNames,
};

/** What the container brings along itself. */
const OWN = new Set(['proc', 'sys', 'dev', 'tmp', 'run', 'lost+found']);

/** One overlay for each top-level directory; links such as /bin are made anew. */
function overlayDirectories(directory: string) {
  const rootfs = join(directory, 'rootfs');
  const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  const layers: Mount[] = [];
  const leftOut: string[] = [];
  mkdirSync(join(rootfs, 'root'), { recursive: true });
  for (const entry of readdirSync('/', { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(rootfs, name));
    if (!entry.isDirectory() || OWN.has(name)) continue;
    const inside = mountPoints.find((point) => point.startsWith(`/${name}/`));
    const reason = inside ? `"${inside}" is mounted in it, and locked` : unreadable(`/${name}`);
    if (reason) leftOut.push(`/${name} (${reason})`);
    else layers.push(overlayOf(name, directory));
  }
  return { layers, leftOut };
}

function unreadable(path: string): string | undefined {
  try {
    readdirSync(path);
    return undefined;
  } catch {
    return 'you may not read it';
  }
}

function overlayOf(name: string, directory: string): Mount {
  const upper = join(directory, 'upper', name);
  const work = join(directory, 'work', name);
  for (const path of [upper, work, join(directory, 'rootfs', name)]) mkdirSync(path, { recursive: true });
  const options = [`lowerdir=/${name}`, `upperdir=${upper}`, `workdir=${work}`];
  return { destination: `/${name}`, type: 'overlay', source: 'overlay', options };
}
