/*
 * The init stub: receives a program of system calls, makes them, answers, and waits for the next program.
 *
 * It is the only code of tsrun that runs inside a container's namespaces, and all that a created container
 * consists of. It is in C because it must fit into a page: no libc, no heap, no data, no relocation. It works
 * for the tsrun process that started it, its driver, and trusts what arrives on the control socket.
 * src/init/program.ts writes the messages: keep the two layouts the same.
 */
#include "operation.h"
#include "syscall.h"

enum { END = -1 };

/* Flags of an operation. Bits 0 to 5: the argument is the address of its value, an earlier call's result.
   Bits 16 to 23 and 24 to 31: an errno each that is tolerated. */
enum {
  IGNORE = 1 << 6,  /* any error is ignored */
  FORK = 1 << 7,    /* if the result is 0, this is the child: args[5] is its control socket */
  CONTROL = 1 << 8, /* the result is the control socket from now on */
  SHOW = 1 << 9,    /* the result is shown to the driver, which needs no system call here */
};

struct message {
  unsigned long length;     /* of the whole message, this header included */
  long status;              /* in the answer: 0, or the negative errno of the call that stopped the program */
  struct operation *cursor; /* the first operation; in the answer: the last one that was reached */
  unsigned long reply;      /* how many bytes of the message, from its beginning, are the answer */
};

_Static_assert(sizeof(struct operation) == 64 && sizeof(struct message) == 32, "as in src/init/program.ts");

/* Messages are received at a fixed address, so that the pointers in them need no relocation. Pages of the
   inbox are used as far as messages need them. Its last word shows a result, plus 1, to the driver. */
#define ADDRESS 0x20000000ul
#define INBOX ((struct message *)ADDRESS)
#define SHOWN ((volatile long *)(ADDRESS + SIZE) - 1)
enum { SIZE = 8 << 20, CHUNK = 64 << 10, SPINS = 1 << 30 };

/* As in the kernel's headers, which a cross compiler comes without. */
enum { READ_WRITE = 3, PRIVATE_ANONYMOUS_NORESERVE_FIXED_NOREPLACE = 0x104022, MSG_NOSIGNAL = 0x4000 };

/* stub.ld puts it right after the program headers, where src/init/stub-process.ts writes the real number. */
__attribute__((section(".control"))) const volatile int control_socket = 3;

/* A filter may forbid exit_group too: then the trap kills the process. */
static _Noreturn void leave(long status) {
  CALL(NR_exit_group, status);
  __builtin_trap();
}

/* Messages arrive in pieces. At end of file the driver is gone: a half-made init never outlives it. */
static void receive(long control) {
  unsigned long received = 0;
  do {
    long length = CALL(NR_recvfrom, control, ADDRESS + received, CHUNK);
    if (length <= 0) leave(1);
    received += length;
  } while (received < INBOX->length);
}

/* A seccomp filter may forbid the answer, or the driver be gone: then the errno becomes the exit status. */
static void answer(long control, struct operation *cursor, long status) {
  INBOX->status = status;
  INBOX->cursor = cursor;
  long sent = CALL(NR_sendto, control, ADDRESS, INBOX->reply, MSG_NOSIGNAL);
  if (sent < 0) leave(status ? -status : 1);
}

/* Loads the arguments. Returns 0, or the negative errno if one of them is the result of a failed call. */
static long load(const struct operation *operation, unsigned long args[6]) {
  long failed = 0;
  for (int i = 0; i < 6; i++) {
    args[i] = operation->args[i];
    if (!(operation->flags >> i & 1)) continue;
    long result = *(const long *)args[i];
    args[i] = result;
    if (result < 0 && failed == 0) failed = result;
  }
  return failed;
}

static int is_tolerated(unsigned flags, unsigned errno) {
  return flags & IGNORE || (flags >> 16 & 0xff) == errno || flags >> 24 == errno;
}

/* Spins until the driver has cleared the word: the filter that was just loaded may forbid any system call.
   After some seconds, the driver is taken to be gone. */
static void show(long result) {
  *SHOWN = result + 1;
  for (int left = SPINS; *SHOWN != 0; left--) {
    if (left == 0) leave(1);
    relax();
  }
}

/* Runs the program in the inbox and answers it. Returns the control socket to wait on. */
static long run(long control) {
  long status = 0;
  struct operation *operation = INBOX->cursor;
  for (; operation->number != END; operation++) {
    unsigned long args[6];
    long result = load(operation, args);
    if (result == 0) {
      result = sys(operation->number, args);
      if (result < 0 && !is_tolerated(operation->flags, -result)) {
        status = result;
        break;
      }
      if (result == 0 && operation->flags & FORK) {
        /* The child: if it kept its parent's socket, the driver would not see the parent's end. */
        CALL(NR_close, control);
        return args[5];
      }
      if (result >= 0 && operation->flags & CONTROL) control = result;
      if (result >= 0 && operation->flags & SHOW) show(result);
    }
    if (operation->store) *operation->store = result;
  }
  answer(control, operation, status);
  return control;
}

/* Without an inbox, the first recvfrom fails. */
_Noreturn void _start(void) {
  long control = control_socket;
  CALL(NR_mmap, ADDRESS, SIZE, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE_FIXED_NOREPLACE, -1, 0);
  for (;;) {
    receive(control);
    control = run(control);
  }
}
