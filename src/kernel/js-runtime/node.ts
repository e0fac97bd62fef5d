/** Node, with koffi for every system call. */
import type { Bytes, Door, JsRuntime, Noted } from './js-runtime.ts';
import { errno, libcFunction } from './koffi.ts';
import { checked, encoder } from './node-encoder.ts';
import { eventLoop } from './node-event-loop.ts';
import { libseccomp } from './node-libseccomp.ts';

const SYSCALL = 'long syscall(long number, long a, long b, long c, long d, long e, long f)';
const MEMMOVE = 'intptr memmove(void *to, void *from, ulong size)';
const POSIX_SPAWN =
  'int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attr, intptr argv, intptr envp)';
const ACTIONS_INIT = 'int posix_spawn_file_actions_init(void *actions)';
const ACTIONS_ADDDUP2 = 'int posix_spawn_file_actions_adddup2(void *actions, int from, int to)';
const ACTIONS_DESTROY = 'int posix_spawn_file_actions_destroy(void *actions)';

// posix_spawnattr_t of glibc: short flags, int pgroup, then the sigset_t of defaults and the one of the mask.
const ATTRIBUTES_SIZE = 336;
const SET_DEFAULT_AND_MASK = 0x04 | 0x08;
/** sizeof(posix_spawn_file_actions_t) of glibc */
const ACTIONS_SIZE = 80;

const door: Door = {
  systemCall(number, args) {
    // What has an address has to live until the call returns.
    const memory = args.map((arg) => (typeof arg === 'string' ? Buffer.from(`${checked(arg)}\0`) : arg));
    const words = memory.map((arg) => (arg instanceof Uint8Array ? addressOf(arg) : signed(arg)));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = words;
    const result = libcFunction(SYSCALL)(number, a, b, c, d, e, f);
    return result === -1 && memory.length >= 0 ? -errno() : result;
  },
  spawn([path, argv, envp, ...streams]) {
    const pid = [0];
    const actions = fileActions(streams.map(Number));
    const failure = libcFunction(POSIX_SPAWN)(pid, path, actions, cleanSignals(), argv, envp);
    libcFunction(ACTIONS_DESTROY)(actions);
    return failure === 0 ? (pid[0] as number) : -failure;
  },
  addressOf,
};

/** Copies nothing, and returns the address that it was given. */
function addressOf(memory: Uint8Array): number {
  return libcFunction(MEMMOVE)(memory, memory, 0);
}

/** koffi takes a word as a signed one. */
function signed(word: number | bigint): number | bigint {
  return typeof word === 'bigint' || word > Number.MAX_SAFE_INTEGER ? BigInt.asIntN(64, BigInt(word)) : word;
}

function fileActions(streams: readonly number[]): Uint8Array {
  const actions = new Uint8Array(ACTIONS_SIZE);
  libcFunction(ACTIONS_INIT)(actions);
  streams.forEach((from, to) => {
    if (from >= 0) libcFunction(ACTIONS_ADDDUP2)(actions, from, to);
  });
  return actions;
}

/** Default disposition for every signal, empty mask: nothing of Node's is inherited. */
function cleanSignals(): Uint8Array {
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  attributes[0] = SET_DEFAULT_AND_MASK;
  attributes.fill(0xff, 8, 16);
  return attributes;
}

const bytes: Bytes = {
  encode: (text) => own(Buffer.from(text)),
  decode: (from) => view(from).toString(),
  decodeLatin1: (from) => view(from).toString('latin1'),
  encodeLatin1: (text) => own(Buffer.from(text, 'latin1')),
  checksum(from) {
    const words = new Uint32Array((from.length + 3) >> 2);
    new Uint8Array(words.buffer).set(from);
    let hash = 0x811c9dc5 ^ from.length;
    for (const word of words) {
      hash = Math.imul(hash ^ word, 0x01000193);
      hash ^= hash >>> 15;
    }
    return hash >>> 0;
  },
};

function view({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length);
}

/** Small buffers of Node's share memory. */
function own(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

/** By the command that starts Node (scripts/build/node-command.ts). */
const DESCRIPTORS = 'TSRUN_DESCRIPTORS';
const OPEN_FILES = 'TSRUN_OPEN_FILES';

function noted(): Noted {
  const { [DESCRIPTORS]: descriptors, [OPEN_FILES]: openFiles } = process.env;
  return {
    descriptors: descriptors === undefined ? undefined : new Set(descriptors.trim().split(' ').map(Number)),
    openFiles: openFiles === undefined ? undefined : limitIn(openFiles),
  };
}

/** @param text as ulimit(1) of a shell prints it: a number or "unlimited" */
function limitIn(text: string): bigint {
  return /^\d+$/.test(text) ? BigInt(text) : 2n ** 64n - 1n;
}

export const jsRuntime: JsRuntime = {
  name: 'node',
  version: process.versions.node,
  architecture: process.arch === 'arm64' ? 'arm64' : 'x64',
  bytes,
  eventLoop,
  libseccomp,
  door,
  encoder,
  arguments: () => process.argv.slice(2),
  environment: () =>
    Object.entries(process.env)
      .filter(([name]) => name !== DESCRIPTORS && name !== OPEN_FILES)
      .map(([name, value]) => `${name}=${value}`),
  noted,
  releasePages: undefined,
};
