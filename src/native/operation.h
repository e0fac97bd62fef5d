/* An operation of the init stub: a system call. src/init/program.ts has its flags. */
#pragma once

struct operation {
  int number; /* of the system call; END ends the program */
  unsigned flags;
  unsigned long args[6];
  long *store; /* where the result goes, or NULL */
};
