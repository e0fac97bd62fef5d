/** A running stub with a directory, a file in it, and a socket. */
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { close } from '../../../src/kernel/calls/file.ts';
import { perform } from '../../../src/kernel/local.ts';
import { need, userEmulator } from '../../setup/needs.ts';
import { INHERITED, openWithPatience, RunningStub } from './running-stub.ts';
import { isNative, type StubBuild } from './stub-builds.ts';

/** The stub's descriptors. */
export const DIRECTORY = INHERITED;
export const FILE = INHERITED + 1;
export const SOCKET = INHERITED + 2;

/** Where an emulated program's memory begins in the emulator's. */
const GUEST_BASE = 0x1_0000_0000;

export class StubRig {
  readonly directory: string;
  readonly stub: RunningStub;
  /** Where the stub's memory begins in that of its process. */
  readonly base: number;
  /** The other end of `SOCKET`. */
  readonly socket: number;
  /** Descriptors to be closed. */
  readonly #opened: Set<number>;

  /** Skips the test if this machine cannot run the stub. */
  constructor(context: TestContext, build: StubBuild) {
    const { arch, file } = build;
    const emulated = !isNative(build);
    if (emulated) need(context, 'qemuUser');
    this.directory = mkdtempSync(join(tmpdir(), 'tsrun-stub-rig-'));
    this.base = emulated ? GUEST_BASE : 0;
    const places = [openSync(this.directory, 'r'), openSync(join(this.directory, 'file'), 'w+')];
    const { driver, stub } = openWithPatience();
    this.socket = driver;
    this.#opened = new Set([...places, driver]);
    const emulator = emulated ? emulatorOf(arch) : [];
    this.stub = new RunningStub(file, { arch, emulator, inherited: [...places, stub] });
    perform(close(stub));
  }

  /** What is in the directory. */
  names(): readonly string[] {
    return readdirSync(this.directory);
  }

  /** What is in the file. */
  contents(): Buffer {
    return readFileSync(join(this.directory, 'file'));
  }

  closeSocket(): void {
    closeSync(this.socket);
    this.#opened.delete(this.socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stub[Symbol.asyncDispose]();
    for (const fd of this.#opened) closeSync(fd);
    rmSync(this.directory, { recursive: true });
  }
}

function emulatorOf(arch: StubBuild['arch']): readonly string[] {
  const command = userEmulator(arch === 'arm64' ? 'aarch64' : 'x86_64') as string;
  return [command, '-B', `0x${GUEST_BASE.toString(16)}`];
}
