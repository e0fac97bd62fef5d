/** GNU as and objcopy, native or cross, from Debian's binutils and binutils-aarch64-linux-gnu. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../build/paths.ts';

const prefixes: Readonly<Record<Arch, string>> = { x64: 'x86_64-linux-gnu-', arm64: 'aarch64-linux-gnu-' };

/** Why sources for an architecture cannot be assembled on this machine, or nothing. */
export function missingAssembler(arch: Arch): string | undefined {
  const command = `${prefixes[arch]}as`;
  return spawnSync(command, ['--version']).status === 0 ? undefined : `${command} is not installed`;
}

/** The source's text section: the sources write their own ELF headers, so this is the whole program. */
export function assemble(source: string, arch: Arch): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tsrun-assemble-'));
  try {
    const object = join(folder, 'object');
    const bytes = join(folder, 'bytes');
    run(`${prefixes[arch]}as`, ['-o', object, source]);
    run(`${prefixes[arch]}objcopy`, ['-O', 'binary', '-j', '.text', object, bytes]);
    return readFileSync(bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
}
