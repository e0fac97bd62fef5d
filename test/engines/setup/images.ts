/** Images of one static binary, made here. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeBusyboxRootfs } from '../../setup/busybox-rootfs.ts';
import type { PrivateHost } from './private-host.ts';

/** An archive of a root file system of busybox, which every engine can import. */
export function busyboxArchive(host: Pick<PrivateHost, 'path'>): string {
  const root = join(host.path, 'busybox');
  const archive = `${root}.tar`;
  if (existsSync(archive)) return archive;
  makeBusyboxRootfs(root);
  chmodSync(join(root, 'tmp'), 0o1777);
  const { status, stderr } = spawnSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return archive;
}
