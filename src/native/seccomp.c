/*
 * libseccomp, which is linked statically: profiles are compiled by the same code as runc's and crun's. Each
 * function has its types here, because JavaScript passes only words.
 */
#include "seccomp.h"

#include <seccomp.h>
#include <stddef.h>
#include <string.h>

#define WRAP(name, result)                                                                                   \
  static long name(const long *words) {                                                                      \
    (void)words;                                                                                             \
    return (long)(result);                                                                                   \
  }
#define CONTEXT ((scmp_filter_ctx)words[0])

WRAP(arch_add, seccomp_arch_add(CONTEXT, (uint32_t)words[1]))
WRAP(arch_native, seccomp_arch_native())
WRAP(arch_resolve_name, seccomp_arch_resolve_name((const char *)words[0]))
WRAP(attr_set, seccomp_attr_set(CONTEXT, (enum scmp_filter_attr)words[1], (uint32_t)words[2]))
WRAP(export_bpf, seccomp_export_bpf(CONTEXT, (int)words[1]))
WRAP(init, seccomp_init((uint32_t)words[0]))
WRAP(release, (seccomp_release(CONTEXT), 0))
WRAP(rule_add_array, seccomp_rule_add_array(CONTEXT, (uint32_t)words[1], (int)words[2], (unsigned)words[3],
                                            (const struct scmp_arg_cmp *)words[4]))
WRAP(resolve_name_arch, seccomp_syscall_resolve_name_arch((uint32_t)words[0], (const char *)words[1]))
WRAP(version, memcpy((void *)words[0], seccomp_version(), sizeof(struct scmp_version)))

/* In the order of `names` in js-runtime/executable.ts. */
static long (*const functions[])(const long *) = {
    arch_add, arch_native, arch_resolve_name, attr_set,          export_bpf,
    init,     release,     rule_add_array,    resolve_name_arch, version,
};

long seccomp_call(long function, const long *words) {
  if (function < 0 || (size_t)function >= sizeof functions / sizeof *functions) return -1;
  return functions[function](words);
}
