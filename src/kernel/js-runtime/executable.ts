/** The executable: QuickJS, and what `src/native/host.c` adds to it. */
import type { Bytes, Door, Encoder, JsRuntime, SeccompFunction, Word } from './js-runtime.ts';

/** The functions of host.c, each of which is described there. */
interface Host {
  systemCall: Door['systemCall'];
  addressOf: Door['addressOf'];
  spawn: Door['spawn'];
  encodeWords: Encoder['words'];
  encode(text: string): Uint8Array<ArrayBuffer>;
  decode(bytes: Uint8Array): string;
  checksum(bytes: Uint8Array): number;
  arguments(): string[];
  environment(): string[];
  seccomp(index: number, args: readonly Word[]): number;
  releasePages(): void;
}

declare global {
  /** Set by host.c, before the program is evaluated. */
  var host: Host;
  /** Of the build (scripts/build/executable.ts). */
  const TSRUN_QUICKJS: string;
  const TSRUN_ARCHITECTURE: 'x64' | 'arm64';
  const TSRUN_COMMIT: string;
}

/** In the order of `functions` in seccomp.c. */
const names: readonly SeccompFunction[] = [
  'seccomp_arch_add',
  'seccomp_arch_native',
  'seccomp_arch_resolve_name',
  'seccomp_attr_set',
  'seccomp_export_bpf',
  'seccomp_init',
  'seccomp_release',
  'seccomp_rule_add_array',
  'seccomp_syscall_resolve_name_arch',
  'seccomp_version',
];

/** So many arguments at a time find room on the stack. */
const CHUNK = 4096;

const bytes: Bytes = {
  encode: host.encode,
  decode: host.decode,
  decodeLatin1(from) {
    let text = '';
    for (let at = 0; at < from.length; at += CHUNK)
      // QuickJS would read a spread array by its iterator.
      text += Reflect.apply(String.fromCharCode, undefined, from.subarray(at, at + CHUNK));
    return text;
  },
  encodeLatin1(text) {
    const encoded = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) encoded[at] = text.charCodeAt(at);
    return encoded;
  },
  checksum: host.checksum,
};

export const jsRuntime: JsRuntime = {
  name: 'quickjs',
  version: TSRUN_QUICKJS,
  architecture: TSRUN_ARCHITECTURE,
  bytes,
  door: { systemCall: host.systemCall, addressOf: host.addressOf, spawn: host.spawn },
  encoder: { words: host.encodeWords },
  libseccomp: {
    // The library is a part of the executable, and changes with it.
    identity: () => TSRUN_COMMIT,
    call: (name, ...args) => host.seccomp(names.indexOf(name), args),
  },
  eventLoop: undefined,
  arguments: host.arguments,
  environment: host.environment,
  noted: () => undefined,
  releasePages: host.releasePages,
};
