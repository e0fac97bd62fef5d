/* The functions of libseccomp that compile a profile. */
#pragma once

enum { SECCOMP_ARGUMENTS = 6 };

/* Calls one: its number in `functions` of seccomp.c, then its arguments. */
long seccomp_call(const long *words);
