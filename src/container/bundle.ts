/** Reads a bundle: its configuration, and where its root is. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { lstatSync } from '../kernel/file-system.ts';
import { join, resolve } from '../kernel/path.ts';
import type { Log } from '../log/log.ts';
import { loadConfig } from '../spec/load.ts';
import type { Config } from '../spec/types.ts';

export interface Bundle {
  readonly path: string;
  readonly configFile: string;
  readonly config: Config;
  /** Absolute, and a directory. */
  readonly rootfs: string;
}

/** @throws RuntimeError `config`, `unsupported`, `bundle` */
export function readBundle(path: string, configFile: string | undefined, log: Log): Bundle {
  const file = configFile ?? join(path, 'config.json');
  const config = loadConfig(file, log);
  return { path, configFile: file, config, rootfs: findRootfs(path, config.root.path, file) };
}

function findRootfs(bundle: string, path: string, file: string): string {
  const rootfs = resolve(bundle, path);
  const status = lstatSync(rootfs);
  const problem = !status
    ? 'no such file or directory'
    : status.isDirectory()
      ? undefined
      : 'not a directory';
  if (problem === undefined) return rootfs;
  throw new RuntimeError('bundle', `invalid rootfs: "${rootfs}": ${problem}`, {
    file,
    pointer: '/root/path',
    hint: 'root.path names a directory, not a symlink to one, and is relative to the bundle',
  });
}
