/**
 * State directories with shortcuts of the tests' own (src/init/shortcuts.ts), and the launcher of either processor that
 * takes them or starts its engine: one that prints what it is told.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, vi } from 'vitest';
import { type Engine, launcherFile } from '../../scripts/build/launcher.ts';
import { type Arch, hostArch } from '../../scripts/build/paths.ts';
import type { Instruction, ShortCommand } from '../../src/init/shortcuts.ts';
import { call } from '../../src/kernel/call.ts';
import { write } from '../../src/kernel/calls/file.ts';
import { type ExecuteOptions, execute, type Result } from './execute.ts';
import { need } from './needs.ts';

export type Encoder = typeof import('../../src/init/shortcuts.ts');
export type Identified = Parameters<Encoder['encodeShortcuts']>[0];

export const commands = ['state', 'kill', 'start', 'delete', 'delete --force'] as const;
export const states = ['gone', 'killed', 'ended', 'created', 'running'] as const;

const emulators: Readonly<Record<Arch, string>> = { x64: 'qemu-x86_64', arm64: 'qemu-aarch64' };

/** What it is told on standard output, the launcher's report on standard error. */
const engine: Engine = {
  executable: '/bin/sh',
  args: ['-c', 'echo "engine: $*"; echo "$TSRUN_CALLER" >&2', 'sh'],
  env: {},
};

/** No process has it: the kernel's limit is 2^22. */
export const gone: Identified = { pid: 2 ** 22 + 1, startTime: '1' };

/** What prints the command and the process's state, for each of both. */
export const telling = commands.flatMap((command) =>
  states.map((state) => ({ command, states: [state], instructions: [write(1, `${command} ${state}`)] })),
);

export class ShortcutRig {
  readonly path = mkdtempSync(join(tmpdir(), 'tsrun-shortcuts-'));
  readonly root = join(this.path, 'root');
  readonly encoder: Encoder;
  readonly #arch: Arch;
  readonly #launcher = join(this.path, 'launcher');

  constructor(arch: Arch, encoder: Encoder) {
    this.#arch = arch;
    this.encoder = encoder;
    mkdirSync(this.root, { mode: 0o700 });
    writeFileSync(this.#launcher, launcherFile(this.path, [engine], arch));
    chmodSync(this.#launcher, 0o755);
    chmodSync(this.path, 0o755);
  }

  /** Skips the test where the launcher cannot be executed. */
  needs(context: TestContext): void {
    if (this.#arch !== hostArch()) need(context, 'qemuUser');
  }

  /** The whole command line. */
  line(args: readonly string[]): readonly string[] {
    const emulator = this.#arch === hostArch() ? [] : [emulators[this.#arch]];
    return [...emulator, this.#launcher, ...args];
  }

  /** @param args what stands behind `--root` and its value */
  run(...args: readonly string[]): Promise<Result> {
    return this.runWith(['--root', this.root, ...args]);
  }

  runWith(args: readonly string[], options: ExecuteOptions = {}): Promise<Result> {
    const [command = '', ...rest] = this.line(args);
    return execute(command, rest, options);
  }

  /** A container's directory with these bytes. @returns the file */
  container(id: string, shortcuts: Uint8Array): string {
    const directory = join(this.root, id);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, 'lock'), '', { mode: 0o600 });
    const file = join(directory, 'shortcuts');
    writeFileSync(file, shortcuts, { mode: 0o600 });
    return file;
  }

  /** The file of shortcuts that tell what they are. */
  tellingFile(process: Identified = gone): Uint8Array {
    return this.encoder.encodeShortcuts(process, telling);
  }

  /** A container that has these instructions for a command, where its process is gone. */
  withInstructions(id: string, command: ShortCommand, instructions: readonly Instruction[]): void {
    const shortcut = { command, states: ['gone'] as const, instructions };
    this.container(id, this.encoder.encodeShortcuts(gone, [shortcut]));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a test expects of words that are left to the engine. */
export function leftToEngine(...args: readonly string[]): object {
  return { code: 0, stdout: `engine: ${args.join(' ')}\n` };
}

/** Ends the launcher with a result as its status. */
export function exitWith(result: ReturnType<typeof call>) {
  return call('exit_group', result);
}

export const machines = [
  ['x86-64', 'x64'],
  ['aarch64', 'arm64'],
] as const;

/** The encoder and its constants as they are on that processor. */
export async function shortcutRig(arch: Arch): Promise<ShortcutRig> {
  vi.resetModules();
  vi.doMock('../../src/kernel/architecture.ts', () => ({ architecture: arch }));
  const encoder = await import('../../src/init/shortcuts.ts');
  vi.doUnmock('../../src/kernel/architecture.ts');
  return new ShortcutRig(arch, encoder);
}
