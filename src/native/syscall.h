/* System calls without a C library: the only part of the init stub that depends on the architecture. */
#pragma once

/* sys() makes a system call and returns its result, or a negative errno. Out of line it would be larger: most
   arguments are constants. relax() is for loops that wait for memory to change. */
#if defined __x86_64__
enum { NR_close = 3, NR_mmap = 9, NR_sendto = 44, NR_recvfrom = 45, NR_exit_group = 231 };

__attribute__((always_inline)) static inline long sys(long number, const unsigned long args[6]) {
  register long r10 asm("r10") = args[3], r8 asm("r8") = args[4], r9 asm("r9") = args[5];
  asm volatile("syscall"
               : "+a"(number)
               : "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return number;
}

static inline void relax(void) { asm volatile("pause"); }

#elif defined __aarch64__
enum { NR_close = 57, NR_mmap = 222, NR_sendto = 206, NR_recvfrom = 207, NR_exit_group = 94 };

__attribute__((always_inline)) static inline long sys(long number, const unsigned long args[6]) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = args[0], x1 asm("x1") = args[1], x2 asm("x2") = args[2];
  register long x3 asm("x3") = args[3], x4 asm("x4") = args[4], x5 asm("x5") = args[5];
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}

static inline void relax(void) { asm volatile("yield"); }

#else
#error "the init stub is written for x86-64 and aarch64"
#endif

/* Arguments that are left out are 0. */
#define CALL(number, ...) sys(number, (unsigned long[6]){__VA_ARGS__})
