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

#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
  /* Blocks have sizes of 16, 32, ... bytes up to this, and above it four sizes for each power of two. */
  SMALL = 1024,
  SMALL_SIZES = SMALL / 16 + 1,
  LARGE_SIZES = 4 * 32,
  PAGE = 4096,
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

static bool is_being_made(void) { return HEAP->limit == PREPARED + PREPARED_LIMIT; }

#define WATCHED(condition) (condition)
#else
#define WATCHED(condition) false
#endif

/* A block's size stands in the word before it. */
static size_t *size_of(const void *block) { return (size_t *)((uintptr_t)block - sizeof(size_t)); }

/* Rounds the size up to one that is kept in a list, and finds the list. */
static void **list_for(size_t *size) {
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

/* A block of at least this size: a free one, or the memory behind all others. */
static void *take(size_t size) {
  void **list = list_for(&size);
  void *block = *list;
  if (block) {
    *list = *(void **)block;
    return block;
  }
  size_t whole = size + sizeof(size_t);
  if (HEAP->limit - HEAP->next < whole + 16 && !grow(whole + 16)) return NULL;
  block = (void *)(HEAP->next + 16);
  HEAP->next += whole;
  *size_of(block) = size;
  return block;
}

static void give_back(void *block) {
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
  void *block = WATCHED(!is_being_made()) ? malloc(size) : take(size);
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

void heap_begin(void) {
  /* The executable without a heap has this memory: what the C library allocates lies behind it. */
  HEAP->next = PREPARED + ((sizeof(struct heap) + 15) & ~15UL);
  HEAP->limit = PREPARED + PREPARED_LIMIT;
}

/* What evaluation has left free lies between what is in use: a new block there would cost the copy of a page.
 */
static void drop_free_blocks(void) {
  for (void **list = HEAP->small; list < HEAP->large + LARGE_SIZES; list++) {
    for (void *block = *list, *next; block; block = next) {
      next = *(void **)block;
      memset(block, 0, *size_of(block));
    }
    *list = NULL;
  }
}

bool heap_save(const char *path) {
  drop_free_blocks();
  size_t length = (HEAP->next + 16 + PAGE - 1 - PREPARED) & ~(PAGE - 1UL);
  HEAP->limit = PREPARED + length;
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  for (size_t done = 0; done < length;) {
    ssize_t written = write(fd, (char *)PREPARED + done, length - done);
    if (written <= 0) return false;
    done += (size_t)written;
  }
  return close(fd) == 0;
}
