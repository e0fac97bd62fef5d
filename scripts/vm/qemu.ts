/** QEMU's command line for the guest: no firmware settings, no network, no display; two disks and four ports. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Image } from './image.ts';

/** `kvm`: the processor runs the guest; `tcg`: software does, 20 to 30 times slower. */
export type Accelerator = 'kvm' | 'tcg';

/** Where commands go in and their output comes out: for root and for the user, each with one for errors. */
export const ports = ['root', 'root.err', 'user', 'user.err'] as const;

export interface Machine {
  readonly image: Image;
  /** The disk with the clone. */
  readonly clone: string;
  /** For sockets and the console. */
  readonly directory: string;
  readonly accelerator: Accelerator;
}

/** A command and its arguments. */
export function qemu(machine: Machine): [string, ...string[]] {
  const share = join(machine.image.emulator, 'usr/share');
  return [
    ...program(machine.image),
    ...['-L', join(share, 'qemu'), '-L', join(share, 'seabios')],
    ...processor(machine.accelerator),
    ...['-m', String(megabytes())],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-nic', 'none'],
    // Of two kinds, so that their names are certain: Linux looks for disks of one kind all at once.
    ...disk(machine.image.disk, 'system', 'nvme,serial=system'),
    ...disk(machine.clone, 'clone', 'virtio-blk-pci'),
    ...['-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
    ...ports.flatMap((name) => port(name, machine.directory)),
    ...['-serial', `file:${join(machine.directory, 'console')}`],
    ...['-kernel', machine.image.kernel, '-append', kernelArguments],
  ];
}

export function emulatorVersion(image: Image): string {
  const [command, ...args] = program(image);
  const { stdout } = spawnSync(command, [...args, '--version'], { encoding: 'utf8' });
  return /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** QEMU through the dynamic linker of the Debian that it comes from. */
function program({ emulator }: Image): [string, ...string[]] {
  const libraries = join(emulator, 'usr/lib/x86_64-linux-gnu');
  return [
    join(libraries, 'ld-linux-x86-64.so.2'),
    ...['--library-path', libraries, join(emulator, 'usr/bin/qemu-system-x86_64')],
  ];
}

const kernelArguments = [
  ...[
    'root=/dev/nvme0n1',
    'rw',
    'console=ttyS0',
    'quiet',
    'panic=-1',
    'mitigations=off',
    'nokaslr',
    'audit=0',
  ],
  'systemd.show_status=0',
].join(' ');

function processor(accelerator: Accelerator): string[] {
  const cpus = ['-smp', String(Math.min(4, Math.max(2, availableParallelism())))];
  return accelerator === 'kvm'
    ? ['-M', 'q35', '-accel', 'kvm', '-cpu', 'host', ...cpus]
    : ['-M', 'q35', '-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'max', ...cpus];
}

/** Half of what there is is enough for everybody, and 3 GiB for the tests. */
function megabytes(): number {
  return Math.min(3072, Math.floor(totalmem() / 2 ** 21));
}

/** What the guest writes is thrown away with it. */
function disk(file: string, name: string, device: string): string[] {
  return [
    ...['-drive', `if=none,id=${name},file=${file},format=raw,snapshot=on,cache=unsafe`],
    ...['-device', `${device},drive=${name}`],
  ];
}

function port(name: string, directory: string): string[] {
  return [
    ...['-chardev', `socket,id=${name},path=${join(directory, name)},server=on,wait=off`],
    ...['-device', `virtserialport,chardev=${name},name=${name}`],
  ];
}
