/** The bundles that every runtime runs: what `runc spec` writes, without a terminal, on a busybox. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseConfig, type LooseConfig } from '../test/setup/base-config.ts';
import { makeBusyboxRootfs } from '../test/setup/busybox-rootfs.ts';
import { dockerDefault } from '../test/setup/seccomp/profiles.ts';
import type { Bundles } from './protocol.ts';

export interface BundleOwner {
  /** Whose configuration it is: root's, or that of `runc spec --rootless`. */
  readonly uid: number;
  readonly gid: number;
}

/** How many processes sleep in one container. */
export const CROWD = 100;

const ONCE = ['/bin/true'];
const SLEEP = ['/bin/sleep', '3600'];
const SLEEPERS = `i=1; while [ $i -lt ${CROWD} ]; do sleep 3600 & i=$((i + 1)); done; wait`;

/** As engines write them: one device is allowed, and no other. */
const devices = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
];
const limits = {
  devices,
  memory: { limit: 64 << 20 },
  cpu: { shares: 512, quota: 50_000, period: 100_000 },
  pids: { limit: 200 },
};

interface Extra {
  readonly resources?: LooseConfig;
  readonly seccomp?: object;
  /** False: without limits of the process. */
  readonly rlimits?: boolean;
}

export function makeBundles(folder: string, { uid, gid }: BundleOwner): Bundles {
  const bundle = (
    name: string,
    args: readonly string[],
    { resources, seccomp, rlimits = true }: Extra = {},
  ) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    makeBusyboxRootfs(join(path, 'rootfs'));
    const config = baseConfig(uid, gid);
    config.process.args = args;
    if (!rlimits) delete config.process.rlimits;
    if (resources) config.linux.resources = resources;
    if (seccomp) config.linux.seccomp = seccomp;
    writeFileSync(join(path, 'config.json'), JSON.stringify(config, undefined, 2));
    return path;
  };
  return {
    once: bundle('once', ONCE),
    limited: bundle('limited', ONCE, { resources: limits }),
    filtered: bundle('filtered', ONCE, { seccomp: dockerDefault() }),
    counted: bundle('counted', ONCE, { rlimits: false }),
    service: bundle('service', SLEEP),
    countedService: bundle('counted-service', SLEEP, { rlimits: false }),
    crowd: bundle('crowd', ['/bin/sh', '-c', SLEEPERS]),
  };
}
