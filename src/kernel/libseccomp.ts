/** libseccomp, seccomp_init(3): the functions that compile a profile. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { call } from './call.ts';
import { close } from './calls/file.ts';
import { MFD_CLOEXEC } from './constants/file.ts';
import { describeErrno } from './errno.ts';
import { libcFunction, libraryFunction } from './ffi.ts';
import { readBytesSync, readlinkSync, statSync } from './file-system.ts';
import { perform } from './local.ts';
import { findLibrary } from './shared-library.ts';

const NAME = 'libseccomp.so.2';

/** enum scmp_filter_attr */
export const SCMP_FLTATR_CTL_OPTIMIZE = 8;
/** `__NR_SCMP_ERROR` */
const UNKNOWN = -1;
/** sizeof(struct scmp_arg_cmp) */
const COMPARISON = 24;

/** struct scmp_arg_cmp: unsigned int arg, enum scmp_compare op, and two 64-bit values. */
export interface Comparison {
  readonly index: number;
  /** enum scmp_compare */
  readonly operator: number;
  readonly a: bigint;
  readonly b: bigint;
}

export interface LibraryFile {
  readonly path: string;
  /** Another one where the library was replaced. */
  readonly identity: string;
}

/** Where distributions keep the library; undefined where only the dynamic loader may know one. */
export function findLibseccomp(): LibraryFile | undefined {
  const path = findLibrary(NAME);
  const status = path === undefined ? undefined : statSync(path);
  return path && status ? { path, identity: `${path}:${status.ino}:${status.size}` } : undefined;
}

/** By the file's name, which costs no loading: `libseccomp.so.2` is a link to `libseccomp.so.2.5.4`. */
export function linkedVersion({ path }: LibraryFile): string | undefined {
  try {
    return /\.so\.(\d+\.\d+\.\d+)$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined; // Not a link.
  }
}

export class Libseccomp {
  readonly #library: string;

  /** @throws RuntimeError `system` where the library is missing */
  constructor(library = findLibseccomp()?.path ?? NAME) {
    this.#library = library;
    try {
      this.#function('uint32 seccomp_arch_native()');
    } catch (cause) {
      throw new RuntimeError('system', `cannot load ${NAME}, which compiles seccomp profiles`, {
        cause,
        hint: 'install it: the package is libseccomp2 on Debian and Ubuntu, libseccomp elsewhere',
      });
    }
  }

  /** `2.5.4` */
  get version(): string {
    const address = this.#function('intptr seccomp_version()')();
    // struct scmp_version: three unsigned ints.
    const numbers = new Uint32Array(3);
    libcFunction('intptr memcpy(void *to, intptr from, ulong size)')(numbers, address, numbers.byteLength);
    return numbers.join('.');
  }

  /** `SCMP_ARCH_NATIVE`, resolved. */
  nativeArchitecture(): number {
    return this.#function('uint32 seccomp_arch_native()')();
  }

  /** @param name as in `x86_64` @returns undefined where this version does not know it */
  architecture(name: string): number | undefined {
    return this.#function('uint32 seccomp_arch_resolve_name(const char *name)')(name) || undefined;
  }

  /** @returns negative for a call that the architecture has not; undefined where this version does not know it */
  systemCall(name: string, architecture = this.nativeArchitecture()): number | undefined {
    const resolve = this.#function('int seccomp_syscall_resolve_name_arch(uint32 arch, const char *name)');
    const number = resolve(architecture, name);
    return number === UNKNOWN ? undefined : number;
  }

  /** @param defaultAction `SCMP_ACT_*` */
  newFilter(defaultAction: number): FilterContext {
    return new FilterContext((declaration) => this.#function(declaration), defaultAction);
  }

  #function(declaration: string): ReturnType<typeof libraryFunction> {
    return libraryFunction(this.#library, declaration);
  }
}

/** A filter being made (`scmp_filter_ctx`). */
export class FilterContext {
  readonly #function: (declaration: string) => ReturnType<typeof libraryFunction>;
  readonly #context: number;
  #addRule: ReturnType<typeof libraryFunction> | undefined;

  constructor(load: (declaration: string) => ReturnType<typeof libraryFunction>, defaultAction: number) {
    this.#function = load;
    this.#context = load('intptr seccomp_init(uint32 action)')(defaultAction);
    if (this.#context === 0)
      throw new RuntimeError('system', `seccomp_init refuses 0x${defaultAction.toString(16)}`);
  }

  /** @returns 0, or the negative errno */
  addArchitecture(token: number): number {
    return this.#function('int seccomp_arch_add(intptr context, uint32 arch)')(this.#context, token);
  }

  /** @returns 0, or the negative errno */
  setAttribute(attribute: number, value: number): number {
    const set = this.#function('int seccomp_attr_set(intptr context, int attribute, uint32 value)');
    return set(this.#context, attribute, value);
  }

  /** @returns 0, or the negative errno */
  addRule(action: number, systemCall: number, comparisons: readonly Comparison[]): number {
    this.#addRule ??= this.#function(
      'int seccomp_rule_add_array(intptr context, uint32 action, int call, uint count, void *comparisons)',
    );
    const memory = comparisons.length > 0 ? encode(comparisons) : null;
    return this.#addRule(this.#context, action, systemCall, comparisons.length, memory);
  }

  /** The program, classic BPF. @throws RuntimeError `system` */
  export(): Uint8Array {
    const fd = perform(call('memfd_create', 'tsrun-seccomp', MFD_CLOEXEC));
    try {
      const result = this.#function('int seccomp_export_bpf(intptr context, int fd)')(this.#context, fd);
      if (result < 0) throw new RuntimeError('system', `seccomp_export_bpf: ${describeErrno(-result)}`);
      return readBytesSync(`/proc/self/fd/${fd}`);
    } finally {
      perform(close(fd));
    }
  }

  [Symbol.dispose](): void {
    this.#function('void seccomp_release(intptr context)')(this.#context);
  }
}

function encode(comparisons: readonly Comparison[]): Uint8Array {
  const memory = new Uint8Array(comparisons.length * COMPARISON);
  const view = new DataView(memory.buffer);
  comparisons.forEach(({ index, operator, a, b }, nth) => {
    const at = nth * COMPARISON;
    view.setUint32(at, index, true);
    view.setUint32(at + 4, operator, true);
    view.setBigUint64(at + 8, a, true);
    view.setBigUint64(at + 16, b, true);
  });
  return memory;
}
