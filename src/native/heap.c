/*
 * QuickJS allocates from here. Everything, the lists of free blocks included, lies in one piece of memory at
 * a fixed address, so that it can be written to a file when the program has been evaluated, and linked into
 * the executable as a segment of its own. Pointers in it stay right: the executable is not
 * position-independent.
 *
 * At run time, the kernel maps the segment copy-on-write; new blocks come from another fixed address, far
 * enough away to leave the break (brk(2)), which follows the segment, its room.
 */
#define _GNU_SOURCE
#include "heap.h"

#include "file.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  /* Blocks have sizes of 16, 32, ... bytes up to this, and above it four sizes for each power of two. */
  SMALL = 1024,
  SMALL_SIZES = SMALL / 16 + 1,
  LARGE_SIZES = 4 * 32,
  PAGE = 4096,
  /* Half of this can be saved. */
  PREPARED_LIMIT = 64 << 20,
  GROWTH = 32 << 20,
};

struct heap {
  struct heap_roots roots;
  uintptr_t next, limit;
  /* The first free block of each size; a free block begins with the address of the next one. */
  void *small[SMALL_SIZES], *large[LARGE_SIZES];
};

#define PREPARED HEAP_ADDRESS
#define GROWN (HEAP_ADDRESS + (4UL << 30))
#define HEAP ((struct heap *)PREPARED)

/* AddressSanitizer watches what comes from malloc(3): with it, that is all but the prepared heap. */
#if defined __SANITIZE_ADDRESS__
static bool is_watched(const void *block) { return (uintptr_t)block - PREPARED >= PREPARED_LIMIT; }

#define WATCHED(condition) (condition)
#else
#define WATCHED(condition) false
#endif

/* A block's size stands in the word before it. */
static size_t *size_of(const void *block) { return (size_t *)((uintptr_t)block - sizeof(size_t)); }

/* Rounds the size up to one that is kept in a list, and finds the list. */
static inline void **list_for(size_t *size) {
  /* Blocks begin at multiples of 16, and the word before the next one is not theirs. */
  size_t whole = (*size + sizeof(size_t) + 15) & ~15UL;
  if (whole <= SMALL) {
    *size = whole - sizeof(size_t);
    return &HEAP->small[whole / 16];
  }
  unsigned power = 63 - __builtin_clzl(whole - 1);
  size_t step = 1UL << (power - 2);
  size_t quarter = (whole - 1 - (1UL << power)) / step;
  *size = (1UL << power) + (quarter + 1) * step - sizeof(size_t);
  return &HEAP->large[(power - 10) * 4 + quarter];
}

/*
 * In the build. What is saved has no free blocks: a new block between others would cost the copy of a page.
 * To know which blocks will be released, a child of the build evaluates the program first: the same program
 * allocates the same blocks in the same order. Those that will be released lie in the second half of the
 * memory, which is not saved.
 */
static struct {
  /* Shared with the child. In units of 16 bytes of the second half, whether the block was released. */
  bool *released;
  bool is_child;
  /* The place of the next block in the second half; one that lasts leaves it empty. */
  uintptr_t next;
  /* Blocks in use there, and released ones in the first half: none in the end. */
  size_t misplaced;
} making;

#define SECOND_HALF (PREPARED + PREPARED_LIMIT / 2)

/* Whether the next block will be released, or in the child may be. */
static __attribute__((cold)) bool is_passing(size_t whole) {
  bool result = making.is_child || making.released[(making.next - SECOND_HALF) / 16];
  making.next += whole;
  making.misplaced += result;
  return result;
}

static __attribute__((cold)) void note_release(uintptr_t at) {
  if (at < SECOND_HALF) {
    making.misplaced++;
    return;
  }
  making.misplaced--;
  making.released[(at - SECOND_HALF) / 16] = true;
}

/* Maps more memory behind the last, or the first of a prepared heap. */
static bool grow(size_t size) {
  uintptr_t from = HEAP->limit < GROWN ? GROWN : HEAP->limit;
  size_t length = (size + GROWTH - 1) & ~(GROWTH - 1UL);
  void *memory = mmap((void *)from, length, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
  if (memory != (void *)from) return false;
  if (HEAP->limit < GROWN) HEAP->next = from;
  HEAP->limit = from + length;
  return true;
}

/* Where a new block begins, with the word before it; 0 if there is no more memory. */
static uintptr_t place(size_t whole) {
  if (making.released) {
    if (PREPARED + PREPARED_LIMIT - making.next < whole + 16) return 0;
    if (is_passing(whole)) return making.next - whole;
  }
  if (HEAP->limit - HEAP->next < whole + 16 && !grow(whole + 16)) return 0;
  HEAP->next += whole;
  return HEAP->next - whole;
}

/* A block of at least this size: a free one, or the memory behind all others. */
static void *take(size_t size) {
  void **list = list_for(&size);
  void *block = *list;
  if (block) {
    *list = *(void **)block;
    return block;
  }
  uintptr_t at = place(size + sizeof(size_t));
  if (!at) return NULL;
  block = (void *)(at + 16);
  *size_of(block) = size;
  return block;
}

static void give_back(void *block) {
  if (making.released) {
    note_release((uintptr_t)block - 16);
    return;
  }
  size_t size = *size_of(block);
  void **list = list_for(&size);
  *(void **)block = *list;
  *list = block;
}

static size_t usable_size(const void *block) {
  if (!block) return 0;
  return WATCHED(is_watched(block)) ? malloc_usable_size((void *)block) : *size_of(block);
}

static void *allocate(JSMallocState *state, size_t size) {
  if (size > SIZE_MAX / 4) return NULL;
  void *block = WATCHED(!making.released) ? malloc(size) : take(size);
  if (!block) return NULL;
  state->malloc_count++;
  state->malloc_size += usable_size(block);
  return block;
}

static void release(JSMallocState *state, void *block) {
  if (!block) return;
  state->malloc_count--;
  state->malloc_size -= usable_size(block);
  if (WATCHED(is_watched(block)))
    free(block);
  else
    give_back(block);
}

static void *reallocate(JSMallocState *state, void *block, size_t size) {
  if (!block) return size ? allocate(state, size) : NULL;
  if (!size) {
    release(state, block);
    return NULL;
  }
  size_t old = usable_size(block);
  if (size <= old) return block;
  void *larger = allocate(state, size);
  if (!larger) return NULL;
  memcpy(larger, block, old);
  release(state, block);
  return larger;
}

const JSMallocFunctions heap_functions = {allocate, release, reallocate, usable_size};

bool heap_is_prepared(void) { return HEAP->roots.runtime != NULL; }

struct heap_roots *heap_roots(void) {
  return &HEAP->roots;
}

bool heap_begin(void) {
  /* The executable without a heap has this memory: what the C library allocates lies behind it. */
  HEAP->next = PREPARED + ((sizeof(struct heap) + 15) & ~15UL);
  HEAP->limit = making.next = SECOND_HALF;
  making.released =
      mmap(NULL, PREPARED_LIMIT / 2 / 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (making.released == MAP_FAILED) return false;
  pid_t child = fork();
  int status;
  making.is_child = child == 0;
  return making.is_child || (waitpid(child, &status, 0) == child && status == 0);
}

bool heap_is_dense(void) { return making.is_child || making.misplaced == 0; }

bool heap_save(const char *path) {
  if (making.is_child) return true;
  size_t length = (HEAP->next + 16 + PAGE - 1 - PREPARED) & ~(PAGE - 1UL);
  HEAP->limit = PREPARED + length;
  return write_file(path, (void *)PREPARED, length);
}
