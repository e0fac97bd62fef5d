/** The executable: QuickJS, and what `src/native/host.c` adds to it. */
import type { Bytes, JsRuntime, SeccompFunction } from './js-runtime.ts';

/** The functions of host.c, each of which is described there. */
interface Host {
  open(memory: Uint8Array): number;
  systemCall(): number;
  spawn(): number;
  encode(text: string): Uint8Array<ArrayBuffer>;
  utf8Length(text: string): number;
  encodeInto(text: string, target: Uint8Array, offset: number): number;
  decode(bytes: Uint8Array): string;
  decodeLatin1(bytes: Uint8Array): string;
  encodeLatin1(text: string): Uint8Array<ArrayBuffer>;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
  checksum(bytes: Uint8Array): number;
  arguments(): string[];
  environment(): string[];
  collectGarbage(threshold: number): void;
  seccomp(index: number, ...args: readonly (number | string | Uint8Array)[]): number;
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

const bytes: Bytes = {
  encode: host.encode,
  length: host.utf8Length,
  encodeInto: host.encodeInto,
  decode: host.decode,
  decodeLatin1: host.decodeLatin1,
  encodeLatin1: host.encodeLatin1,
  fromBase64: host.fromBase64,
  checksum: host.checksum,
};

export const jsRuntime: JsRuntime = {
  name: 'quickjs',
  version: TSRUN_QUICKJS,
  architecture: TSRUN_ARCHITECTURE,
  bytes,
  openDoor: (memory) => ({
    address: host.open(memory),
    systemCall: host.systemCall,
    spawn: host.spawn,
  }),
  libseccomp: {
    // The library is a part of the executable, and changes with it.
    identity: () => TSRUN_COMMIT,
    call: (name, ...args) => host.seccomp(names.indexOf(name), ...args),
  },
  poll: () => Promise.reject(new Error('not yet')),
  arguments: host.arguments,
  environment: host.environment,
  keepsCaller: true,
};
