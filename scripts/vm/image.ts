/**
 * The guest: a Debian with systemd on a disk image, its kernel, and a QEMU. Made once, from packages alone, and kept
 * in `.cache/`; made again when what it is made of changes.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireSettings } from '../../test/setup/debian-image.ts';
import { inRoot, root } from '../build/paths.ts';
import { contentHash } from '../build/stamp.ts';
import { installPackages } from '../test/packages.ts';
import { archiveKeyring, debianArchive, suite } from './archive.ts';
import { makeDisk } from './disk.ts';
import { removedAtEnd, runBound } from './ending.ts';
import { vmlinux } from './kernel.ts';
import { emulator, guestPackages, hostNeeds } from './packages.ts';

export interface Image {
  readonly kernel: string;
  readonly disk: string;
  /** The tree that QEMU is unpacked in. */
  readonly emulator: string;
}

const inputs = ['guest', 'archive.ts', 'disk.ts', 'image.ts', 'kernel.ts'].map(
  (name) => `scripts/vm/${name}`,
);

/** Makes the guest where that has not been done, which takes a minute. Needs root for it. */
export async function guestImage(): Promise<Image> {
  const key = createHash('sha256').update(contentHash(root, inputs)).update(guestPackages.join(' '));
  const name = `vm-${key.digest('hex').slice(0, 16)}`;
  const kept = inRoot('.cache', name);
  if (!existsSync(kept)) {
    if (process.arch !== 'x64') throw new Error('the guest of the tests is an x86-64 machine');
    if (process.getuid?.() !== 0) throw new Error('the guest is made by root: its files belong to root');
    installPackages(hostNeeds);
    console.error('making the guest (a minute) …');
    const made = removedAtEnd(inRoot('.cache', `making-${process.pid}-${name}`));
    mkdirSync(made, { recursive: true });
    await make(made);
    renameSync(made, kept);
    forgetOthers(name);
  }
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

/** In namespaces of its own, so that nothing of it stays when it is killed. */
function bootstrap(args: readonly string[]): Promise<void> {
  const excluded = ['man', 'locale', 'doc', 'info'].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  );
  return runBound('unshare', [
    ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['mmdebstrap', '--quiet', '--mode=root', '--components=main'],
    // Another distribution's or version's list of keys may not have this one's.
    `--keyring=${archiveKeyring}`,
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    ...acquireSettings().map((file) => `--aptopt=${file}`),
    ...excluded,
    ...args,
  ]);
}

function forgetOthers(current: string): void {
  for (const name of readdirSync(inRoot('.cache'))) {
    if (/^vm-[0-9a-f]{16}$/.test(name) && name !== current)
      rmSync(inRoot('.cache', name), { recursive: true, force: true });
  }
}
