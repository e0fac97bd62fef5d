/** Starts the machine with a program and bundles in its memory, has it run commands, and returns what they have printed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../build/command.ts';
import { inRoot } from '../../build/paths.ts';
import { removedAtEnd } from '../ending.ts';
import type { Arm64Machine } from './machine.ts';

export interface Guest {
  readonly machine: Arm64Machine;
  /** `/bin/tsrun` in the guest. */
  readonly program: string;
  /** `/bundles` in the guest. */
  readonly bundles: string;
}

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** Seconds until the guest is given up. */
const LONGEST = 300;

/**
 * @param scripts for a shell in the guest, run one after the other
 * @throws what is on the console if the guest does not come to their end
 */
export function runInGuest(guest: Guest, scripts: readonly string[]): Outcome[] {
  const scratch = removedAtEnd(mkdtempSync(join(tmpdir(), 'tsrun-arm64-')));
  const memory = join(scratch, 'memory');
  fill(join(scratch, 'tree'), guest, scripts);
  const pack = 'cd "$1" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$2"';
  command('sh', ['-c', pack, 'sh', join(scratch, 'tree'), memory], scratch);
  const [program, ...args] = qemu(guest.machine, memory);
  const { stdout, stderr } = spawnSync(program, args, {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 16 << 20,
  });
  rmSync(scratch, { recursive: true, force: true });
  const console = stdout.replaceAll('\r', '');
  return scripts.map((_, index) => outcome(console, index, stderr));
}

function fill(tree: string, { machine, program, bundles }: Guest, scripts: readonly string[]): void {
  for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev'])
    mkdirSync(join(tree, folder), { recursive: true });
  copyFileSync(machine.busybox, join(tree, 'bin/busybox'));
  copyFileSync(program, join(tree, 'bin/tsrun'));
  copyFileSync(machine.overlayModule, join(tree, 'overlay.ko'));
  copyFileSync(inRoot('scripts/vm/arm64/init.sh'), join(tree, 'init'));
  cpSync(bundles, join(tree, 'bundles'), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(tree, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n');
  writeFileSync(join(tree, 'etc/group'), 'root:x:0:\nuser:x:1000:\n');
  writeFileSync(join(tree, 'checks'), scripts.map(framed).join(''));
  for (const name of ['bin/busybox', 'bin/tsrun', 'init']) chmodSync(join(tree, name), 0o755);
}

/** The console has one stream for everything. */
function framed(script: string, index: number): string {
  return `echo '<<<${index}>>>'\n(\n${script}\n) 2>&1\necho "<<<${index}: $?>>>"\n`;
}

function outcome(console: string, index: number, errors: string): Outcome {
  const frame = new RegExp(`<<<${index}>>>\\n([^]*)<<<${index}: (\\d+)>>>`);
  const [, output = '', status] = frame.exec(console) ?? [];
  if (status === undefined) throw new Error(`the guest ended too early:\n${console.slice(-2000)}\n${errors}`);
  return { status: Number(status), output };
}

/** QEMU through the dynamic linker of the Debian that it comes from. */
function qemu({ emulator, kernel }: Arm64Machine, memory: string): [string, ...string[]] {
  const libraries = join(emulator, 'usr/lib/x86_64-linux-gnu');
  return [
    join(libraries, 'ld-linux-x86-64.so.2'),
    ...['--library-path', libraries, join(emulator, 'usr/bin/qemu-system-aarch64')],
    ...[
      '-L',
      join(emulator, 'usr/share/qemu'),
      '-M',
      'virt',
      '-cpu',
      'cortex-a72',
      '-smp',
      '2',
      '-m',
      '1024',
    ],
    ...['-accel', 'tcg,thread=multi', '-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none'],
    ...['-no-reboot', '-serial', 'stdio', '-kernel', kernel, '-initrd', memory],
    ...['-append', 'console=ttyAMA0 quiet loglevel=1 rdinit=/init panic=-1'],
  ];
}
