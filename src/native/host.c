/*
 * The executable: QuickJS with the whole program in its memory, evaluated at build time. This file has what
 * JavaScript cannot do: it starts the program, makes system calls, starts other programs, and converts texts
 * and bytes. Whatever comes from a container is parsed in TypeScript (src/kernel/js-runtime/executable.ts is
 * the other side of this).
 */
#define _GNU_SOURCE
#include "encode.h"
#include "file.h"
#include "heap.h"
#include "seccomp.h"
#include "syscall.h"
#include "values.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

/* Of a system call, and of the longest function of libseccomp. */
enum { ARGUMENTS = 6 };

/* A new Uint8Array with these bytes. */
static JSValue new_bytes(JSContext *js, const void *from, size_t length) {
  JSValue buffer = JS_NewArrayBufferCopy(js, from, length);
  if (JS_IsException(buffer)) return buffer;
  /* The buffer, offset and length; all three are read. */
  JSValueConst args[3] = {buffer, JS_UNDEFINED, JS_UNDEFINED};
  JSValue array = JS_NewTypedArray(js, 3, args, JS_TYPED_ARRAY_UINT8);
  JS_FreeValue(js, buffer);
  return array;
}

/* What the words of a call point to, until it returns. */
struct call {
  const char *texts[ARGUMENTS];
  unsigned long words[ARGUMENTS];
};

/* A text or bytes become their address. Returns false after an exception. */
static bool load_word(JSContext *js, JSValueConst value, struct call *call, int at) {
  struct bytes bytes;
  size_t length;
  if (JS_IsString(value)) {
    call->texts[at] = c_string_of(js, value, &length);
    call->words[at] = (unsigned long)call->texts[at];
    return call->texts[at] != NULL;
  }
  if (JS_IsObject(value)) {
    if (!bytes_of(js, value, &bytes)) return false;
    call->words[at] = (unsigned long)bytes.start;
    return true;
  }
  return word_of(js, value, (long *)&call->words[at]);
}

/* Loads an array's elements as arguments. */
static bool load_call(JSContext *js, JSValueConst list, struct call *call) {
  for (int at = 0; at < ARGUMENTS; at++) {
    JSValue value = JS_GetPropertyUint32(js, list, (uint32_t)at);
    if (JS_IsUndefined(value)) break;
    bool is_loaded = load_word(js, value, call, at);
    /* The caller's array goes on holding it. */
    JS_FreeValue(js, value);
    if (!is_loaded) return false;
  }
  return true;
}

static void release_call(JSContext *js, struct call *call) {
  for (int at = 0; at < ARGUMENTS; at++) JS_FreeCString(js, call->texts[at]);
}

/* systemCall(number, arguments): returns the result, or the negative errno. */
static FUNCTION(make_system_call) {
  UNUSED;
  struct call call = {0};
  long number, result = 0;
  bool is_loaded = word_of(js, args[0], &number) && load_call(js, args[1], &call);
  if (is_loaded) result = sys(number, call.words);
  release_call(js, &call);
  return is_loaded ? JS_NewInt64(js, result) : JS_EXCEPTION;
}

/* addressOf(bytes) */
static FUNCTION(address_of) {
  UNUSED;
  struct bytes memory;
  if (!bytes_of(js, args[0], &memory)) return JS_EXCEPTION;
  return JS_NewInt64(js, (int64_t)(uintptr_t)memory.start);
}

/* Gives a descriptor the number of a standard stream; it stays open in the program in any case. */
static bool redirect(long from, int to) {
  if (from < 0) return true;
  if (from == to) return fcntl(to, F_SETFD, 0) == 0;
  return dup2((int)from, to) == to;
}

/* The child between vfork(2) and execve(2): it shares its parent's memory, and may only make system calls. */
static _Noreturn void execute(const unsigned long *program, volatile int *error) {
  /* No signal may be ignored, or run a handler of the parent's. */
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
  } action = {SIG_DFL, 0, NULL, 0};
  for (long number = 1; number <= 64; number++)
    CALL(SYS_rt_sigaction, number, (unsigned long)&action, 0, sizeof action.mask);
  CALL(SYS_rt_sigprocmask, SIG_SETMASK, (unsigned long)&action.mask, 0, sizeof action.mask);
  for (int to = 0; to < 3; to++) {
    if (redirect((long)program[3 + to], to)) continue;
    *error = errno;
    _exit(127);
  }
  execve((char *)program[0], (char **)program[1], (char **)program[2]);
  *error = errno;
  _exit(127);
}

/* Returns the process id, or the negative errno. */
static int start_program(const unsigned long *program) {
  sigset_t all, own;
  volatile int error = 0;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &own);
  pid_t pid = vfork();
  if (pid == 0) execute(program, &error);
  int failure = pid < 0 ? errno : error;
  sigprocmask(SIG_SETMASK, &own, NULL);
  if (pid > 0 && failure) waitpid(pid, NULL, 0);
  return failure ? -failure : pid;
}

/* spawn([path, argv, envp, stdin, stdout, stderr]): returns the process id, or the negative errno. */
static FUNCTION(spawn) {
  UNUSED;
  struct call call = {0};
  bool is_loaded = load_call(js, args[0], &call);
  int result = is_loaded ? start_program(call.words) : 0;
  release_call(js, &call);
  return is_loaded ? JS_NewInt32(js, result) : JS_EXCEPTION;
}

/* encode(text): its UTF-8. */
static FUNCTION(encode) {
  UNUSED;
  size_t length;
  const char *text = text_of(js, args[0], &length);
  if (!text) return JS_EXCEPTION;
  JSValue array = new_bytes(js, text, length);
  JS_FreeCString(js, text);
  return array;
}

/* decode(bytes): reads UTF-8. */
static FUNCTION(decode) {
  UNUSED;
  struct bytes from;
  if (!bytes_of(js, args[0], &from)) return JS_EXCEPTION;
  return new_text(js, (char *)from.start, from.length);
}

/* checksum(bytes): as in js-runtime/node.ts. */
static FUNCTION(checksum) {
  UNUSED;
  struct bytes from;
  if (!bytes_of(js, args[0], &from)) return JS_EXCEPTION;
  uint32_t hash = 0x811c9dc5 ^ (uint32_t)from.length;
  for (size_t at = 0; at < from.length; at += sizeof hash) {
    uint32_t word = 0;
    size_t left = from.length - at;
    memcpy(&word, from.start + at, left < sizeof word ? left : sizeof word);
    hash = (hash ^ word) * 0x01000193;
    hash ^= hash >> 15;
  }
  return JS_NewInt64(js, hash);
}

/* A new array of the texts of a list that NULL ends. */
static JSValue new_list(JSContext *js, char **texts) {
  JSValue list = JS_NewArray(js);
  for (uint32_t at = 0; texts[at] && !JS_IsException(list); at++)
    JS_SetPropertyUint32(js, list, at, new_text(js, texts[at], strlen(texts[at])));
  return list;
}

/* What main() got, without the program's name. */
static char **command_line;

/* arguments(): the words behind the program's name. */
static FUNCTION(arguments) {
  UNUSED;
  return new_list(js, command_line);
}

/* environment(): `NAME=value`, in order. */
static FUNCTION(environment) {
  UNUSED;
  return new_list(js, environ);
}

/* releasePages(): see `JsRuntime` in js-runtime/js-runtime.ts. */
static FUNCTION(release_pages) {
  UNUSED;
  /* Of the executable: addresses in it are those in memory. */
  const ElfW(Phdr) *segment = (const void *)getauxval(AT_PHDR);
  for (unsigned long left = getauxval(AT_PHNUM); left > 0; left--, segment++) {
    if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W))
      madvise((void *)(segment->p_vaddr & -segment->p_align), segment->p_memsz, MADV_DONTNEED);
  }
  heap_release();
  return JS_UNDEFINED;
}

/* seccomp(function, arguments): as systemCall, for a function of libseccomp. */
static FUNCTION(seccomp) {
  UNUSED;
  struct call call = {0};
  long function, result = 0;
  bool is_loaded = word_of(js, args[0], &function) && load_call(js, args[1], &call);
  if (is_loaded) result = seccomp_call(function, (long *)call.words);
  release_call(js, &call);
  return is_loaded ? JS_NewInt64(js, result) : JS_EXCEPTION;
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("systemCall", 2, make_system_call),
    JS_CFUNC_DEF("addressOf", 1, address_of),
    JS_CFUNC_DEF("spawn", 1, spawn),
    JS_CFUNC_DEF("encodeWords", 6, encode_words),
    JS_CFUNC_DEF("encode", 1, encode),
    JS_CFUNC_DEF("decode", 1, decode),
    JS_CFUNC_DEF("checksum", 1, checksum),
    JS_CFUNC_DEF("arguments", 0, arguments),
    JS_CFUNC_DEF("environment", 0, environment),
    JS_CFUNC_DEF("seccomp", 2, seccomp),
    JS_CFUNC_DEF("releasePages", 0, release_pages),
};

/* What nothing in TypeScript has caught. */
static int report(JSContext *js) {
  JSValue error = JS_GetException(js), stack = JS_GetPropertyStr(js, error, "stack");
  const char *text = JS_ToCString(js, error), *trace = JS_ToCString(js, stack);
  fprintf(stderr, "tsrun: internal error: %s\n%s", text ? text : "", trace ? trace : "");
  return 1;
}

/* Runs what promises have left to do; the program ends with exit_group(2) in one of these jobs. */
static bool run_jobs(JSRuntime *runtime) {
  JSContext *js;
  for (int result; (result = JS_ExecutePendingJob(runtime, &js)) != 0;) {
    if (result > 0) continue;
    report(js);
    return false;
  }
  return true;
}

/* A reader that has gone ends nothing, and children can be waited for, whatever the caller has chosen. */
static void set_signals(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGCHLD, SIG_DFL);
}

/* Deep recursion, as in JSON of a user's, is an error of JavaScript's and not the end. */
static void limit_stack(JSRuntime *runtime) {
  enum { RESERVE = 512 << 10, LARGEST = 8 << 20 };
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur > LARGEST) limit.rlim_cur = LARGEST;
  JS_SetMaxStackSize(runtime, limit.rlim_cur > 2 * RESERVE ? limit.rlim_cur - RESERVE : RESERVE);
}

static int run_program(void) {
  set_signals();
  struct heap_roots *roots = heap_roots();
  JSContext *js = roots->context;
  JS_UpdateStackTop(roots->runtime);
  limit_stack(roots->runtime);
  JSValue result = JS_Call(js, roots->program, JS_UNDEFINED, 0, NULL);
  if (JS_IsException(result)) return report(js);
  if (!run_jobs(roots->runtime)) return 1;
  fputs("tsrun: internal error: nothing is left to wait for\n", stderr);
  return 1;
}

/*
 * From here on, what only the build does: `host CODE HEAP WORD...` evaluates bytecode, rehearses commands and
 * saves the heap. The executable that is installed has a heap and does not come here.
 */

/* Nothing in the heap may depend on when it was made. */
int __real_gettimeofday(struct timeval *restrict now, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone) {
  if (heap_is_prepared()) return __real_gettimeofday(now, zone);
  *now = (struct timeval){0};
  return 0;
}

/* No parser: the program makes no code of texts. */
static JSContext *new_context(JSRuntime *runtime) {
  JSContext *js = JS_NewContextRaw(runtime);
  JS_AddIntrinsicBaseObjects(js);
  JS_AddIntrinsicDate(js);
  JS_AddIntrinsicStringNormalize(js);
  JS_AddIntrinsicRegExpCompiler(js);
  JS_AddIntrinsicRegExp(js);
  JS_AddIntrinsicJSON(js);
  JS_AddIntrinsicProxy(js);
  JS_AddIntrinsicMapSet(js);
  JS_AddIntrinsicTypedArrays(js);
  JS_AddIntrinsicPromise(js);
  JS_AddIntrinsicWeakRef(js);
  return js;
}

/* Executes commands, each of which ends with ";", without an environment, and with nothing to read or write.
 */
static void rehearse(char **words) {
  for (char **word = words; *word; word++) {
    if (strcmp(*word, ";") != 0) continue;
    *word = NULL;
    pid_t child = fork();
    if (child == 0) {
      int null = open("/dev/null", O_RDWR | O_CLOEXEC);
      for (int fd = 0; fd < 3; fd++) dup2(null, fd);
      command_line = words;
      environ = (char *[]){NULL};
      _exit(run_program());
    }
    waitpid(child, NULL, 0);
    words = word + 1;
  }
}

static int build_status = 1;

static void make_heap(void) {
  size_t length;
  char *code = read_file(command_line[0], &length);
  if (!code) {
    perror(command_line[0]);
    return;
  }
  if (!heap_begin()) {
    fputs("the memory for a heap is not free, or an evaluation failed\n", stderr);
    return;
  }
  JSRuntime *runtime = JS_NewRuntime2(&heap_functions, NULL);
  JS_SetMaxStackSize(runtime, 0);
  /* Reference counts release all but cycles, and no command makes many: docs/performance.md. */
  JS_SetGCThreshold(runtime, SIZE_MAX);
  JSContext *js = new_context(runtime);
  JSValue global = JS_GetGlobalObject(js), host = JS_NewObject(js);
  JS_SetPropertyFunctionList(js, host, functions, sizeof functions / sizeof *functions);
  JS_SetPropertyStr(js, global, "host", host);
  JSValue result = JS_EvalFunction(js, JS_ReadObject(js, (uint8_t *)code, length, JS_READ_OBJ_BYTECODE));
  if (JS_IsException(result)) {
    report(js);
    return;
  }
  JS_FreeValue(js, result);
  if (!run_jobs(runtime)) return;
  *heap_roots() = (struct heap_roots){runtime, js, JS_GetPropertyStr(js, global, "program")};
  if (!JS_IsFunction(js, heap_roots()->program)) fputs("the code sets no function `program`\n", stderr);
  JS_FreeValue(js, global);
  JS_RunGC(runtime);
  if (heap_rehearse()) rehearse(command_line + 2);
  if (!heap_is_dense())
    fputs("two evaluations of the program allocated different blocks: what does it depend on?\n", stderr);
  else if (heap_save(command_line[1]))
    build_status = 0;
  else
    perror(command_line[1]);
}

/* QuickJS remembers where its stack is. On one at a fixed address, the same program becomes the same heap. */
static int build(void) {
  enum { SIZE = 8 << 20 };
  void *stack = mmap((void *)HEAP_STACK, SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  ucontext_t own, other;
  if (stack == MAP_FAILED || getcontext(&other)) return 1;
  other.uc_stack.ss_sp = stack;
  other.uc_stack.ss_size = SIZE;
  other.uc_link = &own;
  makecontext(&other, make_heap, 0);
  return swapcontext(&own, &other) ? 1 : build_status;
}

int main(int count, char **words) {
  /* Nothing but the NULL if there is not even a name. */
  command_line = count > 0 ? words + 1 : words;
  if (heap_is_prepared()) return run_program();
  return count >= 3 ? build() : 1;
}
