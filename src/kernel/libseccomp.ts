/** libseccomp, seccomp_init(3): the functions that compile a profile. */
import { jsRuntime } from '#js-runtime';
import { RuntimeError } from '../errors/runtime-error.ts';
import { call } from './call.ts';
import { close } from './calls/file.ts';
import { MFD_CLOEXEC } from './constants/file.ts';
import { describeErrno } from './errno.ts';
import { readBytesSync } from './file-system.ts';
import type { LibraryOfSeccomp } from './js-runtime/js-runtime.ts';
import { perform } from './local.ts';

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

/** Changes when the library does; undefined if only the dynamic loader may know one. */
export function libseccompIdentity(): string | undefined {
  return jsRuntime.libseccomp.identity();
}

export class Libseccomp {
  readonly #library: LibraryOfSeccomp;

  /** @throws RuntimeError `system` if the library is missing */
  constructor(library = jsRuntime.libseccomp) {
    this.#library = library;
    try {
      this.nativeArchitecture();
    } catch (cause) {
      throw new RuntimeError('system', 'cannot load libseccomp.so.2, which compiles seccomp profiles', {
        cause,
        hint: 'install it: the package is libseccomp2 on Debian and Ubuntu, libseccomp elsewhere',
      });
    }
  }

  /** `2.5.4` */
  get version(): string {
    const numbers = new Uint32Array(3);
    this.#library.call('seccomp_version', new Uint8Array(numbers.buffer));
    return numbers.join('.');
  }

  /** `SCMP_ARCH_NATIVE`, resolved. */
  nativeArchitecture(): number {
    return this.#library.call('seccomp_arch_native');
  }

  /** @param name as in `x86_64` @returns undefined if this version does not know it */
  architecture(name: string): number | undefined {
    return this.#library.call('seccomp_arch_resolve_name', name) || undefined;
  }

  /** @returns negative for a call that the architecture does not have; undefined if this version does not know it */
  systemCall(name: string, architecture = this.nativeArchitecture()): number | undefined {
    const number = this.#library.call('seccomp_syscall_resolve_name_arch', architecture, name);
    return number === UNKNOWN ? undefined : number;
  }

  /** @param defaultAction `SCMP_ACT_*` */
  newFilter(defaultAction: number): FilterContext {
    return new FilterContext(this.#library, defaultAction);
  }
}

/** A filter being made (`scmp_filter_ctx`). */
export class FilterContext {
  readonly #library: LibraryOfSeccomp;
  readonly #context: number;

  constructor(library: LibraryOfSeccomp, defaultAction: number) {
    this.#library = library;
    this.#context = this.#library.call('seccomp_init', defaultAction);
    if (this.#context === 0)
      throw new RuntimeError('system', `seccomp_init refuses 0x${defaultAction.toString(16)}`);
  }

  /** @returns 0, or the negative errno */
  addArchitecture(token: number): number {
    return this.#library.call('seccomp_arch_add', this.#context, token);
  }

  /** @returns 0, or the negative errno */
  setAttribute(attribute: number, value: number): number {
    return this.#library.call('seccomp_attr_set', this.#context, attribute, value);
  }

  /** @returns 0, or the negative errno */
  addRule(action: number, systemCall: number, comparisons: readonly Comparison[]): number {
    const memory = encode(comparisons);
    return this.#library.call(
      'seccomp_rule_add_array',
      this.#context,
      action,
      systemCall,
      comparisons.length,
      memory,
    );
  }

  /** The program, classic BPF. @throws RuntimeError `system` */
  export(): Uint8Array {
    const fd = perform(call('memfd_create', 'tsrun-seccomp', MFD_CLOEXEC));
    try {
      const result = this.#library.call('seccomp_export_bpf', this.#context, fd);
      if (result < 0) throw new RuntimeError('system', `seccomp_export_bpf: ${describeErrno(-result)}`);
      return readBytesSync(`/proc/self/fd/${fd}`);
    } finally {
      perform(close(fd));
    }
  }

  [Symbol.dispose](): void {
    this.#library.call('seccomp_release', this.#context);
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
