/** A root file system of one static binary. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { staticBusybox } from './needs.ts';

/** Makes a root file system with every busybox applet in `/bin`, or with these. */
export function makeBusyboxRootfs(path: string, chosen?: readonly string[]): void {
  const busybox = staticBusybox();
  if (busybox === undefined)
    throw new Error('no static busybox here: begin the test with need(context, "busybox")');
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'tmp', 'usr/bin', 'var']) {
    mkdirSync(join(path, folder), { recursive: true });
  }
  copyFileSync(busybox, join(path, 'bin/busybox'));
  const all = () => spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n');
  for (const applet of chosen ?? all()) {
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(path, 'bin', applet));
  }
  writeFileSync(join(path, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n');
  writeFileSync(join(path, 'etc/group'), 'root:x:0:\nuser:x:1000:\n');
}
