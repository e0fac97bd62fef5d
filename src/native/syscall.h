/* A system call, syscall(2), without the C library: all that depends on the architecture. */
#pragma once

#if defined __x86_64__
__attribute__((always_inline)) static inline long system_call(long number, const unsigned long args[6]) {
	register unsigned long r10 __asm__("r10") = args[3], r8 __asm__("r8") = args[4], r9 __asm__("r9") = args[5];
	__asm__ volatile("syscall"
			: "+a"(number)
			: "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
			: "rcx", "r11", "memory");
	return number;
}
#elif defined __aarch64__
__attribute__((always_inline)) static inline long system_call(long number, const unsigned long args[6]) {
	register long x8 __asm__("x8") = number;
	register unsigned long x0 __asm__("x0") = args[0], x1 __asm__("x1") = args[1], x2 __asm__("x2") = args[2];
	register unsigned long x3 __asm__("x3") = args[3], x4 __asm__("x4") = args[4], x5 __asm__("x5") = args[5];
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return (long)x0;
}
#else
#error "tsrun runs on x86-64 and aarch64"
#endif

#define CALL(number, ...) system_call(number, (const unsigned long[6]){__VA_ARGS__})
