/** libseccomp as Node has it: the machine's shared library. */
import { existsSync, statSync } from 'node:fs';
import type { LibraryOfSeccomp, SeccompFunction } from './js-runtime.ts';
import { libcFunction, libraryFunction } from './koffi.ts';

const NAME = 'libseccomp.so.2';

/** Where distributions keep shared libraries: ld.so(8). */
const TRIPLET = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const FOLDERS = [`/usr/lib/${TRIPLET}`, '/usr/lib64', '/usr/lib'];

const declarations: Readonly<Record<SeccompFunction, string>> = {
  seccomp_arch_add: 'int seccomp_arch_add(intptr context, uint32 arch)',
  seccomp_arch_native: 'uint32 seccomp_arch_native()',
  seccomp_arch_resolve_name: 'uint32 seccomp_arch_resolve_name(const char *name)',
  seccomp_attr_set: 'int seccomp_attr_set(intptr context, int attribute, uint32 value)',
  seccomp_export_bpf: 'int seccomp_export_bpf(intptr context, int fd)',
  seccomp_init: 'intptr seccomp_init(uint32 action)',
  seccomp_release: 'void seccomp_release(intptr context)',
  seccomp_rule_add_array:
    'int seccomp_rule_add_array(intptr context, uint32 action, int call, uint count, void *comparisons)',
  seccomp_syscall_resolve_name_arch: 'int seccomp_syscall_resolve_name_arch(uint32 arch, const char *name)',
  seccomp_version: 'intptr seccomp_version()',
};

const functions = new Map<SeccompFunction, ReturnType<typeof libraryFunction>>();

export const libseccomp: LibraryOfSeccomp = {
  identity() {
    const path = find();
    if (path === undefined) return undefined;
    const { ino, size } = statSync(path);
    return `${path}:${ino}:${size}`;
  },
  call(name, ...args) {
    if (name !== 'seccomp_version') return load(name)(...args);
    // struct scmp_version: three unsigned ints.
    return libcFunction('intptr memcpy(void *to, intptr from, ulong size)')(args[0], load(name)(), 12);
  },
};

function load(name: SeccompFunction): ReturnType<typeof libraryFunction> {
  const found = functions.get(name) ?? libraryFunction(find() ?? NAME, declarations[name]);
  functions.set(name, found);
  return found;
}

function find(): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${NAME}`).find((path) => existsSync(path));
}
