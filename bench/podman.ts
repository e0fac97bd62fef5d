/** `podman run` from end to end, with storage, locks and a configuration of its own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodmanCommand } from './protocol.ts';

/** The limits are those of the bundles: on some hosts root may not set podman's own, which are higher. */
const configuration = `[containers]
log_driver = "none"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
`;

export interface PodmanOptions {
  /** For everything that podman keeps on disk. */
  readonly folder: string;
  /** In memory; podman takes no more than 50 characters. */
  readonly state: string;
  readonly runtime: string;
  readonly rootfs: string;
  /** False if the runtime only runs without cgroups. */
  readonly hasCgroups: boolean;
}

/** One container that ends at once, from the root of a bundle, without an image and a network. */
export function podmanCommand(
  podman: string,
  { folder, state, runtime, rootfs, hasCgroups }: PodmanOptions,
): PodmanCommand {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'containers.conf');
  writeFileSync(file, configuration);
  const places = [
    ...['--root', join(folder, 'root'), '--tmpdir', join(folder, 'tmp')],
    ...['--runroot', state, '--storage-driver', 'vfs'],
  ];
  const run = [
    ...['run', '--rm', '--network', 'none'],
    ...(hasCgroups ? [] : ['--cgroups=disabled']),
    ...['--rootfs', rootfs, '/bin/true'],
  ];
  return {
    command: [podman, ...places, '--runtime', runtime, ...run],
    env: { CONTAINERS_CONF: file },
  };
}
