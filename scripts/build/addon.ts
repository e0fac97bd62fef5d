/** The system call addon (src/kernel/addon/) becomes a file, because dlopen(3) takes nothing else. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addonBytes } from '../../src/kernel/addon/bytes.ts';
import { dist, hostArch } from './paths.ts';

/** Makes `dist/engine/syscall.node`; a program that has the old one loaded keeps it. */
export function writeAddon(): void {
  const target = join(dist, 'engine/syscall.node');
  writeFileSync(`${target}.new`, Buffer.from(addonBytes[hostArch()], 'base64'));
  renameSync(`${target}.new`, target);
}
