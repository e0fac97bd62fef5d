/** A machine for aarch64: a kernel of Debian and a static busybox, and the QEMU that runs them on any processor. */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../build/command.ts';
import { root } from '../../build/paths.ts';
import { contentHash } from '../../build/stamp.ts';
import { debianArchive, suite } from '../archive.ts';
import { bootstrap, madeOnce } from '../bootstrap.ts';

export interface Arm64Machine {
  readonly kernel: string;
  /** The kernel's module, which is not in the kernel itself. */
  readonly overlayModule: string;
  readonly busybox: string;
  /** The tree that QEMU is unpacked in. */
  readonly emulator: string;
}

const inputs = ['scripts/vm/arm64/machine.ts', 'scripts/vm/archive.ts', 'scripts/vm/bootstrap.ts'];

/** Makes it if that has not been done, which takes a minute. Needs root. */
export async function arm64Machine(): Promise<Arm64Machine> {
  const kept = await madeOnce('arm64', contentHash(root, inputs), make);
  return {
    kernel: join(kept, 'kernel'),
    overlayModule: join(kept, 'overlay.ko'),
    busybox: join(kept, 'busybox'),
    emulator: join(kept, 'emulator'),
  };
}

/** Nothing of the other processor is executed: packages are only unpacked. */
async function make(directory: string): Promise<void> {
  const archive = debianArchive();
  const tree = join(directory, 'tree');
  const guest = ['--architectures=arm64', '--include=linux-image-cloud-arm64,busybox-static'];
  await Promise.all([
    bootstrap([
      '--variant=extract',
      '--include=qemu-system-arm',
      suite,
      join(directory, 'emulator'),
      archive,
    ]),
    bootstrap(['--variant=extract', ...guest, suite, tree, archive]),
  ]);
  const [kernel = ''] = readdirSync(join(tree, 'boot')).filter((name) => name.startsWith('vmlinuz-'));
  copyFileSync(join(tree, 'boot', kernel), join(directory, 'kernel'));
  copyFileSync(join(tree, 'usr/bin/busybox'), join(directory, 'busybox'));
  const version = kernel.replace('vmlinuz-', '');
  const module = join(tree, `usr/lib/modules/${version}/kernel/fs/overlayfs/overlay.ko`);
  command('xz', ['--decompress', `${module}.xz`], directory);
  writeFileSync(join(directory, 'overlay.ko'), readFileSync(module));
  rmSync(tree, { recursive: true });
}
