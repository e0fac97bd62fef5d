/* The memory of the JS runtime: blocks at fixed addresses, so that it can be saved at build time. */
#pragma once
#include "quickjs.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Where fixed addresses begin; .heap in the linker's arguments has the same one
 * (scripts/build/variants.ts). AddressSanitizer has its own use for what is below.
 */
#if defined __SANITIZE_ADDRESS__
#define HEAP_ADDRESS 0x200000000000UL
#else
#define HEAP_ADDRESS 0x200000000UL
#endif

/* Where the build has its stack. */
#define HEAP_STACK (HEAP_ADDRESS + (2UL << 30))

/* The functions that QuickJS allocates with. */
extern const JSMallocFunctions heap_functions;

/* Whether this executable carries a heap; the one that makes it does not. */
bool heap_is_prepared(void);

/*
 * Begins an empty heap in place of the one that is missing. Returns in two children first, and then in the
 * caller, which must allocate and release the same blocks as they do.
 */
bool heap_begin(void);

/* What the prepared heap is entered by. */
struct heap_roots {
  JSRuntime *runtime;
  JSContext *context;
  JSValue program;
};

struct heap_roots *heap_roots(void);

/* Gives back the pages of the prepared heap that were only read, if /proc may be asked for them. */
void heap_release(void);

/*
 * Whether this process is there to rehearse: what it does from now on shows which blocks commands write to.
 * Its children may do it in its place.
 */
bool heap_rehearse(void);

/* Whether the caller has allocated and released as its children did, so that no free blocks would be saved.
 */
bool heap_is_dense(void);

/* Writes the heap to a file, as it is. Returns false if that fails. */
bool heap_save(const char *path);
