/**
 * The images that the suite would fetch from the network, made here under the names it looks for, and the one
 * command of Go that it asks for the architecture.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianImage } from '../../test/setup/debian-image.ts';
import { staticBusybox } from '../../test/setup/needs.ts';
import { command } from '../build/command.ts';

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** @param source a copy of runc's source that may be written to */
export async function addImages(source: string, scratch: string): Promise<void> {
  const image = (name: string) =>
    join(source, 'tests/integration/testdata', `${name}-${architecture}.tar.xz`);
  busybox(image('busybox'), join(scratch, 'busybox'));
  copyFileSync(await debianImage(scratch), image('debian'));
}

/** Puts `go` into a directory: `go env GOARCH` is all that the suite wants of it. */
export function addGo(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'go'), `#!/bin/sh\necho ${architecture}\n`, { mode: 0o755 });
}

/** Like Docker's image of busybox: no `/proc` and no `/sys` in it (tests of symbolic links make them). */
function busybox(archive: string, root: string): void {
  const program = staticBusybox();
  if (program === undefined) throw new Error('busybox is not statically linked here');
  const folders = ['bin', 'dev', 'etc', 'home', 'lib', 'root', 'tmp', 'usr/bin', 'usr/sbin', 'var/www'];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'root'), 0o700);
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(program, join(root, 'bin/busybox'));
  for (const applet of applets(program)) linkSync(join(root, 'bin/busybox'), join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), passwd);
  writeFileSync(join(root, 'etc/group'), group);
  command('tar', ['--owner=0', '--group=0', '--numeric-owner', '-cf', archive, '.'], root);
  rmSync(root, { recursive: true });
}

const passwd = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`;

const group = `root:x:0:
daemon:x:1:
tty:x:5:
nobody:x:65534:
`;

function applets(program: string): string[] {
  const { stdout } = spawnSync(program, ['--list'], { encoding: 'utf8' });
  return stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
}
