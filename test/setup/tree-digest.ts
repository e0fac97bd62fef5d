/** What a tree looks like: content, owner, mode and times of everything in it. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Two trees with the same digest are the same, byte for byte; access and change times do not count. */
export function treeDigest(path: string): string {
  const hash = createHash('sha256');
  add(hash, Buffer.from(path), '');
  return hash.digest('hex');
}

/** Names are bytes. */
function add(hash: ReturnType<typeof createHash>, path: Buffer, name: string): void {
  const status = lstatSync(path, { bigint: true });
  const { mode, uid, gid, mtimeNs, rdev, nlink } = status;
  hash.update(`${name}\0${[mode, uid, gid, mtimeNs, rdev, status.isDirectory() ? 0 : nlink].join(' ')}\0`);
  if (status.isSymbolicLink()) hash.update(readlinkSync(path, 'buffer'));
  else if (status.isFile()) hash.update(`${status.size}\0`).update(readFileSync(path));
  else if (status.isDirectory()) {
    const names = readdirSync(path, { encoding: 'buffer' }).sort(Buffer.compare);
    for (const one of names) add(hash, Buffer.concat([path, Buffer.from('/'), one]), one.toString('latin1'));
  }
}
