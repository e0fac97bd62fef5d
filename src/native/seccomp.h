/* The functions of libseccomp that compile a profile. */
#pragma once

/* Calls one. Its number is that in `functions` of seccomp.c. */
long seccomp_call(long function, const long *words);
