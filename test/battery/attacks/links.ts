/** Symlinks in the image, in the place of what the runtime uses: to the host in every way that can be written. */
import { symlinkSync } from 'node:fs';
import type { LooseConfig } from '../../setup/base-config.ts';
import { type Attack, must } from '../attack.ts';
import { linksTo, ownDev, replace } from '../image-parts.ts';
import { reason, type Target } from '../target.ts';

interface LinkOptions {
  readonly config: (config: LooseConfig) => void;
  /** Whether the container may not be made at all. */
  readonly refused?: boolean;
}

async function withLinks(target: Target, name: string, { config, refused }: LinkOptions): Promise<string> {
  const sentinel = target.sentinel();
  const notes = new Set<string>();
  for (const link of linksTo(sentinel.path, name.split('/').length)) {
    const bundle = target.bundle((made) => {
      made.process.args = ['/bin/true'];
      config(made);
    });
    symlinkSync(link, replace(bundle, name));
    const result = await target.run(bundle);
    sentinel.check();
    must(!refused || result.code !== 0, `a container was made with /${name} → ${link.slice(0, 20)}…`);
    notes.add(result.code === 0 ? 'resolved inside' : reason(result));
  }
  return [...notes][0] ?? '';
}

const places: Readonly<Record<string, LinkOptions & { readonly cve?: string }>> = {
  proc: { config: () => {}, refused: true, cve: 'CVE-2019-19921, CVE-2023-27561' },
  sys: { config: () => {}, refused: process.getuid?.() === 0, cve: 'CVE-2023-28642' },
  dev: { config: ownDev, cve: 'CVE-2026-41579, CVE-2026-47766' },
  'dev/pts': {
    config: (config) => {
      config.mounts = config.mounts.filter(({ destination }: LooseConfig) => destination !== '/dev');
    },
  },
  'dev/null': { config: ownDev },
  'dev/ptmx': { config: ownDev },
  'dev/fd': { config: ownDev },
  etc: {
    config: ({ mounts }) => {
      for (const name of ['hosts', 'resolv.conf', 'made/deep'])
        mounts.push({
          destination: `/etc/${name}`,
          type: 'bind',
          source: '/etc/passwd',
          options: ['bind', 'ro'],
        });
    },
    cve: 'CVE-2024-45310',
  },
  nodes: {
    config: ({ linux, mounts }) => {
      linux.devices = [
        { type: 'c', path: '/nodes/zero', major: 1, minor: 5 },
        { type: 'p', path: '/nodes/made/fifo' },
      ];
      mounts.push({ destination: '/nodes/m/n', type: 'tmpfs', source: 'tmpfs', options: ['size=16k'] });
    },
  },
  work: {
    config: ({ process }) => {
      process.cwd = '/work/made';
    },
    cve: 'CVE-2024-45310',
  },
};

export const links: readonly Attack[] = Object.entries(places).map(
  ([name, { cve, ...options }]): Attack => ({
    claim: `a symlink at /${name} of the image leads to nothing on the host`,
    ...(cve === undefined ? {} : { cve }),
    needs: ['busybox'],
    run: (target) => withLinks(target, name, options),
  }),
);
