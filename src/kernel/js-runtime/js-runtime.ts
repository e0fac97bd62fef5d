/**
 * What tsrun needs of the program that runs its JavaScript. There are two: the executable (QuickJS, `executable.ts`)
 * and Node (with koffi, `node.ts`). The import name `#js-runtime` stands for the one that is in use; the folder above
 * is the only one that imports it.
 */

/**
 * A 64-bit word, or what it is the address of: the text's UTF-8 with a NUL behind it, or the bytes, which the kernel may
 * change. A text with a NUL inside is refused: the kernel would see another one than was checked.
 */
export type Word = number | bigint | string | Uint8Array;

/** The way into the kernel. */
export interface Door {
  /**
   * Makes a system call. Arguments that are missing are zero.
   *
   * @returns the result, or the negative errno
   */
  systemCall(number: number, args: readonly Word[]): number;
  /**
   * Starts a program as posix_spawn(3) does, with clean signals.
   *
   * @param program its path, the addresses of argv and envp, and three descriptors that become its 0, 1 and 2; -1
   *   leaves the one of this process
   * @returns the process id, or the negative errno
   */
  spawn(program: readonly Word[]): number;
  /** Where memory of ours is; it stays there. */
  addressOf(memory: Uint8Array): number;
}

/** Lays out memory for another process, in which it has another address. */
export interface Encoder {
  /**
   * Writes 64-bit words. Texts, bytes and structs are put at the end, one after another.
   *
   * @param at offset of the first word
   * @param end offset behind everything that is there
   * @param base the memory's address in the other process
   * @returns the new end; -1 if there is no room
   */
  words(
    memory: Uint8Array,
    at: number,
    end: number,
    base: number,
    values: readonly unknown[],
    resolver: Resolver,
  ): number;
}

/** The index of a struct's words: they are not arguments. */
export const IN_STRUCT = -1;

/** An object with this method, and no function: one that refers to its memory would keep it for ever (a cycle). */
export interface Resolver {
  /**
   * Gives the word that stands for an object, its bytes, or the words of a struct.
   *
   * @param index of the object among the words; `IN_STRUCT` inside a struct
   */
  resolve(object: object, index: number): number | bigint | Uint8Array | readonly unknown[];
}

export interface Bytes {
  /** UTF-8. Half a surrogate pair becomes U+FFFD. */
  encode(text: string): Uint8Array<ArrayBuffer>;
  /** Reads UTF-8, a byte order mark included. What is malformed becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** A character for each byte, and back. */
  decodeLatin1(bytes: Uint8Array): string;
  encodeLatin1(text: string): Uint8Array<ArrayBuffer>;
  /**
   * FNV-1a over 32-bit words, mixed. Every step is a bijection of the hash, so one damaged word always changes it.
   *
   * @returns 32 bits
   */
  checksum(bytes: Uint8Array): number;
}

/** The functions of libseccomp that compile a profile, seccomp_init(3). */
export type SeccompFunction =
  | 'seccomp_arch_add'
  | 'seccomp_arch_native'
  | 'seccomp_arch_resolve_name'
  | 'seccomp_attr_set'
  | 'seccomp_export_bpf'
  | 'seccomp_init'
  | 'seccomp_release'
  | 'seccomp_rule_add_array'
  | 'seccomp_syscall_resolve_name_arch'
  | 'seccomp_version';

export interface LibraryOfSeccomp {
  /**
   * Names the file or the version, so that another one has another name.
   *
   * @returns undefined if only the dynamic loader may know the library
   */
  identity(): string | undefined;
  /**
   * Calls a function with its arguments: strings and bytes by address; seccomp_version fills in three 32-bit numbers.
   *
   * @returns its result; the address of a pointer
   * @throws Error if the library is missing
   */
  call(name: SeccompFunction, ...args: readonly (number | string | Uint8Array)[]): number;
}

/** What else runs in a process of Node's: our waiting must not stop it. */
export interface EventLoop {
  /**
   * Waits until something has happened to one of the descriptors, poll(2), while the event loop runs.
   *
   * @param pollfds what to wait for; the answers are in it when the promise is resolved
   */
  poll(pollfds: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * Catches signals. signalfd(2) would not get them: Node blocks none, and a thread of its own would take them.
   *
   * @param numbers real-time signals are not possible
   * @param listener is called by the event loop, once for each signal
   * @returns stops it
   */
  catchSignals(numbers: readonly number[], listener: (number: number) => void): () => void;
}

/** Undefined for what is not known. */
export interface Noted {
  /** Those that were open. */
  readonly descriptors: ReadonlySet<number> | undefined;
  /** The soft limit of open files. */
  readonly openFiles: bigint | undefined;
}

export interface JsRuntime {
  /** For `--version`. */
  readonly name: 'quickjs' | 'node';
  readonly version: string;
  readonly architecture: 'x64' | 'arm64';
  readonly bytes: Bytes;
  readonly door: Door;
  readonly encoder: Encoder;
  /** Undefined on the executable: it has one thread, so that a system call that waits stops nothing else. */
  readonly eventLoop: EventLoop | undefined;
  readonly libseccomp: LibraryOfSeccomp;
  /** The words behind the program's name. */
  arguments(): readonly string[];
  /** Our environment, environ(7): `NAME=value`, in order. */
  environment(): readonly string[];
  /** What the caller gave; undefined if the JS runtime changes nothing of it for itself. */
  noted(): Noted | undefined;
  /**
   * Gives back memory before a long wait: pages of the program that were only read. The next use of one costs a page
   * fault. Undefined if the JS runtime cannot.
   */
  readonly releasePages: (() => void) | undefined;
}
