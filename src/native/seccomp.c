/*
 * libseccomp, which is linked statically: profiles are compiled by the same code as runc's and crun's. Each function has
 * its types here, because JavaScript passes only words.
 */
#include "seccomp.h"

#include <seccomp.h>
#include <stddef.h>
#include <string.h>

#define CONTEXT ((scmp_filter_ctx)words[0])

static long arch_add(const long *words) {
	return seccomp_arch_add(CONTEXT, (uint32_t)words[1]);
}

static long arch_native(const long *words) {
	(void)words;
	return seccomp_arch_native();
}

static long arch_resolve_name(const long *words) {
	return seccomp_arch_resolve_name((const char *)words[0]);
}

static long attr_set(const long *words) {
	return seccomp_attr_set(CONTEXT, (enum scmp_filter_attr)words[1], (uint32_t)words[2]);
}

static long export_bpf(const long *words) {
	return seccomp_export_bpf(CONTEXT, (int)words[1]);
}

static long init(const long *words) {
	return (long)seccomp_init((uint32_t)words[0]);
}

static long release(const long *words) {
	seccomp_release(CONTEXT);
	return 0;
}

static long rule_add_array(const long *words) {
	return seccomp_rule_add_array(CONTEXT, (uint32_t)words[1], (int)words[2], (unsigned)words[3],
			(const struct scmp_arg_cmp *)words[4]);
}

static long syscall_resolve_name_arch(const long *words) {
	return seccomp_syscall_resolve_name_arch((uint32_t)words[0], (const char *)words[1]);
}

static long version(const long *words) {
	memcpy((void *)words[0], seccomp_version(), sizeof(struct scmp_version));
	return 0;
}

/* In the order of `names` in js-runtime/executable.ts. */
static long (*const functions[])(const long *) = {
	arch_add, arch_native, arch_resolve_name, attr_set, export_bpf, init, release,
	rule_add_array, syscall_resolve_name_arch, version,
};

long seccomp_call(const long *words) {
	if (words[0] < 0 || (size_t)words[0] >= sizeof functions / sizeof *functions) return -1;
	return functions[words[0]](words + 1);
}
