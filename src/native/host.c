/*
 * The executable: QuickJS with the whole program in its memory, evaluated at build time. This file has what JavaScript
 * cannot do: it starts the program, makes system calls, starts other programs, and converts texts and bytes. Whatever
 * comes from a container is parsed in TypeScript (src/kernel/js-runtime/executable.ts is the other side of this).
 */
#define _GNU_SOURCE
#include "heap.h"
#include "seccomp.h"
#include "syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define FUNCTION(name) static JSValue name(JSContext *js, JSValueConst this, int count, JSValueConst *args)
#define UNUSED (void)js, (void)this, (void)count, (void)args

/* The door's memory: the number and six arguments of a call stand at its beginning. */
static unsigned long *door;

struct bytes {
	uint8_t *start;
	size_t length;
};

/* The memory of a Uint8Array. */
static bool bytes_of(JSContext *js, JSValueConst array, struct bytes *bytes) {
	size_t offset, size;
	JSValue buffer = JS_GetTypedArrayBuffer(js, array, &offset, &bytes->length, NULL);
	if (JS_IsException(buffer)) return false;
	uint8_t *start = JS_GetArrayBuffer(js, &size, buffer);
	JS_FreeValue(js, buffer);
	/* An empty buffer has no memory. */
	bytes->start = start ? start + offset : (uint8_t *)"";
	return true;
}

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

/* open(memory): sets the door's memory. Returns its address. */
FUNCTION(open_door) {
	UNUSED;
	struct bytes memory;
	if (!bytes_of(js, args[0], &memory)) return JS_EXCEPTION;
	door = (unsigned long *)memory.start;
	return JS_NewInt64(js, (int64_t)(uintptr_t)door);
}

/* systemCall(): makes the call in the door's memory. Returns its result. */
FUNCTION(make_system_call) {
	UNUSED;
	return JS_NewInt64(js, system_call((long)door[0], door + 1));
}

/* Gives a descriptor the number of a standard stream; whatever its number was, it stays open in the program. */
static bool redirect(long from, int to) {
	if (from < 0) return true;
	if (from == to) return fcntl(to, F_SETFD, 0) == 0;
	return dup2((int)from, to) == to;
}

/* The child between vfork(2) and execve(2): it shares its parent's memory, and may only make system calls. */
static _Noreturn void execute(volatile int *error) {
	/* A signal whose default action is meant must not be ignored, and none may run a handler of the parent's. */
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
		if (redirect((long)door[4 + to], to)) continue;
		*error = errno;
		_exit(127);
	}
	execve((char *)door[1], (char **)door[2], (char **)door[3]);
	*error = errno;
	_exit(127);
}

/* spawn(): starts the program in the door's memory. Returns its process id, or the negative errno. */
FUNCTION(spawn) {
	UNUSED;
	sigset_t all, own;
	volatile int error = 0;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &own);
	pid_t pid = vfork();
	if (pid == 0) execute(&error);
	int failure = pid < 0 ? errno : error;
	sigprocmask(SIG_SETMASK, &own, NULL);
	if (pid > 0 && failure) waitpid(pid, NULL, 0);
	return JS_NewInt32(js, failure ? -failure : pid);
}

/*
 * Half a surrogate pair, which QuickJS writes as three bytes of its own, becomes U+FFFD: the file that a name
 * means must not depend on the JS runtime.
 */
static void mend_surrogates(uint8_t *text, size_t length) {
	uint8_t *end = text + length;
	for (uint8_t *at = text; (at = memchr(at, 0xed, (size_t)(end - at))) != NULL; at++) {
		if (end - at >= 3 && at[1] >= 0xa0) memcpy(at, "\xef\xbf\xbd", 3);
	}
}

/* encode(text): its UTF-8. */
FUNCTION(encode) {
	UNUSED;
	size_t length;
	const char *text = JS_ToCStringLen(js, &length, args[0]);
	if (!text) return JS_EXCEPTION;
	JSValue array = new_bytes(js, text, length);
	JS_FreeCString(js, text);
	struct bytes bytes;
	if (JS_IsException(array) || !bytes_of(js, array, &bytes)) return JS_EXCEPTION;
	mend_surrogates(bytes.start, bytes.length);
	return array;
}

/* utf8Length(text) */
FUNCTION(utf8_length) {
	UNUSED;
	size_t length;
	const char *text = JS_ToCStringLen(js, &length, args[0]);
	if (!text) return JS_EXCEPTION;
	JS_FreeCString(js, text);
	return JS_NewInt64(js, (int64_t)length);
}

/* encodeInto(text, target, offset): returns how many bytes were written. */
FUNCTION(encode_into) {
	UNUSED;
	struct bytes target;
	int64_t offset;
	size_t length;
	if (!bytes_of(js, args[1], &target) || JS_ToInt64(js, &offset, args[2])) return JS_EXCEPTION;
	const char *text = JS_ToCStringLen(js, &length, args[0]);
	if (!text) return JS_EXCEPTION;
	bool fits = offset >= 0 && (size_t)offset <= target.length && length <= target.length - (size_t)offset;
	if (fits) {
		memcpy(target.start + offset, text, length);
		mend_surrogates(target.start + offset, length);
	}
	JS_FreeCString(js, text);
	return fits ? JS_NewInt64(js, (int64_t)length) : JS_ThrowRangeError(js, "the text does not fit");
}

/* decode(bytes): reads UTF-8. */
FUNCTION(decode) {
	UNUSED;
	struct bytes from;
	if (!bytes_of(js, args[0], &from)) return JS_EXCEPTION;
	return JS_NewStringLen(js, (char *)from.start, from.length);
}

/* decodeLatin1(bytes): a character for each byte, by way of UTF-8, which is all that QuickJS takes. */
FUNCTION(decode_latin1) {
	UNUSED;
	struct bytes from;
	if (!bytes_of(js, args[0], &from)) return JS_EXCEPTION;
	char *text = js_malloc(js, from.length * 2 + 1);
	if (!text) return JS_EXCEPTION;
	size_t length = 0;
	for (size_t at = 0; at < from.length; at++) {
		uint8_t byte = from.start[at];
		if (byte >= 0x80) text[length++] = (char)(0xc0 | byte >> 6);
		text[length++] = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
	}
	JSValue string = JS_NewStringLen(js, text, length);
	js_free(js, text);
	return string;
}

/* encodeLatin1(text): a byte for each character, none of which is beyond U+00FF. */
FUNCTION(encode_latin1) {
	UNUSED;
	size_t length, kept = 0;
	const char *text = JS_ToCStringLen(js, &length, args[0]);
	uint8_t *bytes = text ? js_malloc(js, length + 1) : NULL;
	if (!bytes) return JS_EXCEPTION;
	for (size_t at = 0; at < length; at++) {
		uint8_t byte = (uint8_t)text[at];
		if (byte >= 0x80 && at + 1 < length) byte = (uint8_t)(byte << 6 | (text[++at] & 0x3f));
		bytes[kept++] = byte;
	}
	JSValue array = new_bytes(js, bytes, kept);
	js_free(js, bytes);
	JS_FreeCString(js, text);
	return array;
}

static int base64_digit(char digit) {
	if (digit >= 'A' && digit <= 'Z') return digit - 'A';
	if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9') return digit - '0' + 52;
	if (digit == '+') return 62;
	return digit == '/' ? 63 : -1;
}

/* fromBase64(text): reads up to the first character that is not a digit. */
FUNCTION(from_base64) {
	UNUSED;
	size_t length, kept = 0;
	const char *text = JS_ToCStringLen(js, &length, args[0]);
	uint8_t *bytes = text ? js_malloc(js, length + 1) : NULL;
	if (!bytes) return JS_EXCEPTION;
	uint32_t bits = 0;
	for (size_t at = 0; at < length && base64_digit(text[at]) >= 0; at++) {
		bits = bits << 6 | (uint32_t)base64_digit(text[at]);
		/* Of four digits, all but the first complete a byte. */
		if (at % 4) bytes[kept++] = (uint8_t)(bits >> (6 - at % 4 * 2));
	}
	JSValue array = new_bytes(js, bytes, kept);
	js_free(js, bytes);
	JS_FreeCString(js, text);
	return array;
}

/* checksum(bytes): as in js-runtime/node.ts. */
FUNCTION(checksum) {
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

/* What main() got. */
static struct {
	int count;
	char **words;
} command_line;

/* arguments(): the words behind the program's name. */
FUNCTION(arguments) {
	UNUSED;
	JSValue list = JS_NewArray(js);
	for (int at = 1; at < command_line.count && !JS_IsException(list); at++)
		JS_SetPropertyUint32(js, list, (uint32_t)at - 1, JS_NewString(js, command_line.words[at]));
	return list;
}

/* environment(): `NAME=value`, in order. */
FUNCTION(environment) {
	UNUSED;
	JSValue list = JS_NewArray(js);
	for (uint32_t at = 0; environ[at] && !JS_IsException(list); at++)
		JS_SetPropertyUint32(js, list, at, JS_NewString(js, environ[at]));
	return list;
}

/* collectGarbage(threshold): collects cycles whenever so many bytes are in use; a short command never does. */
FUNCTION(collect_garbage) {
	UNUSED;
	int64_t threshold;
	if (JS_ToInt64(js, &threshold, args[0])) return JS_EXCEPTION;
	JS_SetGCThreshold(JS_GetRuntime(js), (size_t)threshold);
	return JS_UNDEFINED;
}

/* seccomp(function, ...arguments): the address of a text or of bytes stands for it. */
FUNCTION(seccomp) {
	UNUSED;
	long words[SECCOMP_ARGUMENTS] = {0};
	const char *texts[SECCOMP_ARGUMENTS] = {0};
	bool failed = false;
	for (int at = 0; at < count && at < SECCOMP_ARGUMENTS && !failed; at++) {
		struct bytes bytes;
		int64_t number;
		if (JS_IsString(args[at])) {
			texts[at] = JS_ToCString(js, args[at]);
			words[at] = (long)texts[at];
			failed = texts[at] == NULL;
		} else if (JS_IsObject(args[at])) {
			failed = !bytes_of(js, args[at], &bytes);
			words[at] = (long)bytes.start;
		} else {
			failed = JS_ToInt64(js, &number, args[at]) != 0;
			words[at] = number;
		}
	}
	long result = failed ? 0 : seccomp_call(words);
	for (int at = 0; at < SECCOMP_ARGUMENTS; at++) JS_FreeCString(js, texts[at]);
	return failed ? JS_EXCEPTION : JS_NewInt64(js, result);
}

static const JSCFunctionListEntry functions[] = {
	JS_CFUNC_DEF("open", 1, open_door),
	JS_CFUNC_DEF("systemCall", 0, make_system_call),
	JS_CFUNC_DEF("spawn", 0, spawn),
	JS_CFUNC_DEF("encode", 1, encode),
	JS_CFUNC_DEF("utf8Length", 1, utf8_length),
	JS_CFUNC_DEF("encodeInto", 3, encode_into),
	JS_CFUNC_DEF("decode", 1, decode),
	JS_CFUNC_DEF("decodeLatin1", 1, decode_latin1),
	JS_CFUNC_DEF("encodeLatin1", 1, encode_latin1),
	JS_CFUNC_DEF("fromBase64", 1, from_base64),
	JS_CFUNC_DEF("checksum", 1, checksum),
	JS_CFUNC_DEF("arguments", 0, arguments),
	JS_CFUNC_DEF("environment", 0, environment),
	JS_CFUNC_DEF("collectGarbage", 1, collect_garbage),
	JS_CFUNC_DEF("seccomp", 1, seccomp),
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

static int run_program(void) {
	struct heap_roots *roots = heap_roots();
	JSContext *js = roots->context;
	JS_UpdateStackTop(roots->runtime);
	JSValue result = JS_Call(js, roots->program, JS_UNDEFINED, 0, NULL);
	if (JS_IsException(result)) return report(js);
	if (!run_jobs(roots->runtime)) return 1;
	fputs("tsrun: internal error: nothing is left to wait for\n", stderr);
	return 1;
}

/*
 * From here on, what only the build does: `host CODE HEAP` evaluates bytecode and saves the heap. The executable that is
 * installed has a heap and does not come here.
 */

/* Nothing in the heap may depend on when it was made. */
int __real_gettimeofday(struct timeval *restrict now, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone);
int __wrap_gettimeofday(struct timeval *restrict now, void *restrict zone) {
	if (heap_is_prepared()) return __real_gettimeofday(now, zone);
	*now = (struct timeval){0};
	return 0;
}

static uint8_t *read_file(const char *path, size_t *length) {
	FILE *file = fopen(path, "re");
	if (!file || fseek(file, 0, SEEK_END)) return NULL;
	long size = ftell(file);
	uint8_t *bytes = size > 0 ? malloc((size_t)size) : NULL;
	rewind(file);
	*length = (size_t)size;
	return bytes && fread(bytes, 1, *length, file) == *length ? bytes : NULL;
}

/* No parser: the program makes no code of texts. */
static JSContext *new_context(JSRuntime *runtime) {
	JSContext *js = JS_NewContextRaw(runtime);
	JS_AddIntrinsicBaseObjects(js);
	JS_AddIntrinsicDate(js);
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

static int build_status = 1;

static void make_heap(void) {
	size_t length;
	uint8_t *code = read_file(command_line.words[1], &length);
	if (!code || !heap_begin()) {
		perror(command_line.words[1]);
		return;
	}
	JSRuntime *runtime = JS_NewRuntime2(&heap_functions, NULL);
	JS_SetMaxStackSize(runtime, 0);
	JS_SetGCThreshold(runtime, SIZE_MAX);
	JSContext *js = new_context(runtime);
	JSValue global = JS_GetGlobalObject(js), host = JS_NewObject(js);
	JS_SetPropertyFunctionList(js, host, functions, sizeof functions / sizeof *functions);
	JS_SetPropertyStr(js, global, "host", host);
	JSValue result = JS_EvalFunction(js, JS_ReadObject(js, code, length, JS_READ_OBJ_BYTECODE));
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
	if (heap_save(command_line.words[2]))
		build_status = 0;
	else
		perror(command_line.words[2]);
}

/* QuickJS remembers where its stack is. On one at a fixed address, the same program becomes the same heap. */
static int build(void) {
	enum { SIZE = 8 << 20 };
	void *stack = mmap((void *)0x280000000, SIZE, PROT_READ | PROT_WRITE,
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
	command_line.count = count;
	command_line.words = words;
	if (heap_is_prepared()) return run_program();
	return count == 3 ? build() : 1;
}
