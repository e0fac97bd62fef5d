/*
 * Functions of <math.h> whose addresses are in QuickJS's tables, and so in the heap. For some of them the C
 * library chooses, at each start, the code that fits the processor: the heap would hold addresses of what
 * fits the machine that made it, and end with SIGILL on an older one. The linker puts these in their place
 * (--wrap, scripts/build/variants.ts): their addresses never change, and what they call is still chosen at
 * each start.
 */
#define WRAP(name)                                                                                           \
  double __real_##name(double);                                                                              \
  double __wrap_##name(double);                                                                              \
  double __wrap_##name(double number) { return __real_##name(number); }

WRAP(acos)
WRAP(acosh)
WRAP(asin)
WRAP(asinh)
WRAP(atan)
WRAP(atanh)
WRAP(cbrt)
WRAP(ceil)
WRAP(cos)
WRAP(cosh)
WRAP(exp)
WRAP(expm1)
WRAP(fabs)
WRAP(floor)
WRAP(log)
WRAP(log10)
WRAP(log1p)
WRAP(log2)
WRAP(sin)
WRAP(sinh)
WRAP(sqrt)
WRAP(tan)
WRAP(tanh)
WRAP(trunc)

double __real_atan2(double y, double x);
double __wrap_atan2(double y, double x);
double __wrap_atan2(double y, double x) { return __real_atan2(y, x); }
