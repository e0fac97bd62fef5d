/**
 * `linux.resources.pids.limit`: 0 is a limit since version 1.3 of the specification. Before, engines wrote it for "no
 * limit" (podman until 5.4 for `--pids-limit -1`), and runtimes took it for that.
 */
import type { Config } from './types.ts';

export function zeroPidsIsNoLimit(ociVersion: string): boolean {
  return ['1.0.', '1.1.', '1.2.'].some((older) => ociVersion.startsWith(older));
}

/** Puts -1 in its place, which is "no limit" in every version. */
export function liftZeroPidsLimit({ ociVersion, linux }: Config): void {
  const pids = linux?.resources?.pids;
  if (pids && Number(pids.limit) === 0 && zeroPidsIsNoLimit(ociVersion)) Object.assign(pids, { limit: -1 });
}
