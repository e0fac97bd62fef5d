/**
 * The guest: a Debian with systemd on a disk image, its kernel, and a QEMU. Made once, from packages alone, and kept
 * in `.cache/`; made again when what it is made of changes.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, root } from '../build/paths.ts';
import { contentHash } from '../build/stamp.ts';
import { installPackages } from '../test/packages.ts';
import { debianArchive, suite } from './archive.ts';
import { bootstrap, madeOnce } from './bootstrap.ts';
import { makeDisk } from './disk.ts';
import { vmlinux } from './kernel.ts';
import { emulator, guestPackages, hostNeeds } from './packages.ts';

export interface Image {
  readonly kernel: string;
  readonly disk: string;
  /** The tree that QEMU is unpacked in. */
  readonly emulator: string;
}

const inputs = ['guest', 'archive.ts', 'bootstrap.ts', 'disk.ts', 'image.ts', 'kernel.ts'].map(
  (name) => `scripts/vm/${name}`,
);

/** Makes the guest if that has not been done, which takes a minute. Needs root for it. */
export async function guestImage(): Promise<Image> {
  const kept = await madeOnce(
    'vm',
    `${contentHash(root, inputs)} ${guestPackages.join(' ')}`,
    async (making) => {
      if (process.arch !== 'x64') throw new Error('the guest of the tests is an x86-64 machine');
      if (process.getuid?.() !== 0) throw new Error('the guest is made by root: its files belong to root');
      installPackages(hostNeeds);
      console.error('making the guest (a minute) …');
      await make(making);
    },
  );
  return {
    kernel: join(kept, 'vmlinux'),
    disk: join(kept, 'guest.img'),
    emulator: join(kept, 'emulator'),
  };
}

async function make(directory: string): Promise<void> {
  const archive = debianArchive();
  const tree = join(directory, 'tree');
  const qemu = join(directory, 'emulator');
  const hook = inRoot('scripts/vm/guest/customize.sh');
  await Promise.all([
    bootstrap(['--variant=extract', `--include=${emulator.join(',')}`, suite, qemu, archive]),
    bootstrap([
      '--variant=minbase',
      `--include=${guestPackages.join(',')}`,
      `--customize-hook=bash '${hook}' "$1"`,
      ...[suite, tree, archive],
    ]),
  ]);
  const image = readdirSync(join(tree, 'boot')).find((file) => file.startsWith('vmlinuz-')) ?? '';
  writeFileSync(join(directory, 'vmlinux'), vmlinux(readFileSync(join(tree, 'boot', image))));
  await makeDisk(tree, join(directory, 'guest.img'), 2000);
  rmSync(tree, { recursive: true });
}
