/** Volumes at, and inside of, /proc: the runtime and the kernel's security modules trust what is there. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attack, must } from '../attack.ts';
import { reason, type Target } from '../target.ts';

interface Volume {
  readonly destination: string;
  readonly source?: 'file' | 'directory';
  readonly type?: 'tmpfs';
  /** Links of the image. */
  readonly links?: Readonly<Record<string, string>>;
}

/** Which mounts inside of /proc the process has that the kernel has not made. */
const inProc = [
  'sh',
  '-c',
  "grep ' /proc' /proc/self/mountinfo | grep -v ' - proc ' | grep -E '/volume|attack'",
];

async function refused(target: Target, { destination, source, type, links = {} }: Volume): Promise<string> {
  const bundle = target.bundle(
    ({ process, linux }) => {
      process.args = inProc;
      linux.maskedPaths = [];
      linux.readonlyPaths = [];
    },
    ({ mounts }, { path }) => {
      const volume = join(path, 'volume');
      mkdirSync(volume);
      writeFileSync(join(volume, 'file'), '');
      mounts.push(
        type === 'tmpfs'
          ? { destination, type, source: 'attack' }
          : {
              destination,
              type: 'bind',
              source: source === 'file' ? join(volume, 'file') : volume,
              options: ['bind'],
            },
      );
    },
  );
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(bundle.rootfs, name));
  const result = await target.run(bundle);
  must(!/volume|attack/.test(result.stdout), `mounted: ${result.stdout.split(' ').slice(3, 5).join(' at ')}`);
  return result.code === 0 ? 'mounted elsewhere' : reason(result);
}

const attacks: Readonly<Record<string, Volume>> = {
  '/proc': { destination: '/proc' },
  '/proc/sys': { destination: '/proc/sys' },
  '/proc/self/attr': { destination: '/proc/self/attr' },
  '//proc/./self/exe': { destination: '//proc/./self/exe', source: 'file' },
  '/x/../proc/1': { destination: '/x/../proc/1' },
  '/volume, a symlink to /proc/self/attr': {
    destination: '/data',
    links: { data: '/proc/self/attr' },
  },
  '/volume, a symlink to /proc/sys by another': {
    destination: '/data/sys',
    links: { data: 'other', other: '../proc' },
  },
  '/volume/exe, behind a symlink to /proc/self': {
    destination: '/data/exe',
    source: 'file',
    links: { data: '/proc/self' },
  },
  'a tmpfs behind a symlink to /proc/self': {
    destination: '/data/attr',
    type: 'tmpfs',
    links: { data: '/proc/self' },
  },
};

export const volumes: readonly Attack[] = Object.entries(attacks).map(([name, volume]) => ({
  claim: `nothing is mounted inside of /proc: ${name}`,
  cve: 'CVE-2019-16884',
  needs: ['busybox'],
  run: (target) => refused(target, volume),
}));
