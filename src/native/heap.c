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

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
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
/*
 * In the build, for blocks that have pages of their own. The break begins anywhere in the gigabyte behind the
 * heap.
 */
#define PAGES (HEAP_ADDRESS + (3UL << 30))
#define PAGES_LIMIT (1UL << 29)
#define HEAP ((struct heap *)PREPARED)

/* AddressSanitizer watches what comes from malloc(3): with it, that is all but the prepared heap. */
#if defined __SANITIZE_ADDRESS__
static bool is_watched(const void *block) {
  uintptr_t at = (uintptr_t)block;
  return at - PREPARED >= PREPARED_LIMIT && at - PAGES >= PAGES_LIMIT;
}

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
 * In the build. A page that is written to is copied, so what is saved has no free blocks, in which new ones
 * would lie, and the blocks that commands write to (everything that JavaScript uses counts its references)
 * lie together. The same program allocates the same blocks in the same order. So it is evaluated three times,
 * by children of the build first: one records which blocks are released; the next one has a page for each of
 * the others, and rehearses commands to see which pages they write to.
 */
enum kind { LASTING, WRITTEN, PASSING };

static struct {
  enum pass { RECORD, REHEARSE, SAVE } pass;
  /* Shared by all passes: of blocks, by the place they would have in the second half, in units of 16 bytes.
   */
  uint8_t *kinds;
  /* Shared as well: how many such units are written to. */
  size_t *written;
  /* Which block a page belongs to. */
  struct {
    uint32_t index, units;
  } * pages;
  /* The next block's place in the second half. Blocks that last leave their places there empty. */
  uintptr_t next;
  /* The places of the next block that is written to, and of the next one with a page of its own. */
  uintptr_t next_written, next_page;
  /* Passing blocks that are in use, and others that were released: none in the end. */
  size_t misplaced;
} making;

#define SECOND_HALF (PREPARED + PREPARED_LIMIT / 2)
#define IS_MAKING (making.kinds != NULL)

/* Finds the place of a block of the build; 0 if the block lasts and is not written to. */
static __attribute__((cold)) uintptr_t place_for_build(size_t whole) {
  size_t index = (making.next - SECOND_HALF) / 16;
  making.next += whole;
  if (making.pass == RECORD || making.kinds[index] == PASSING) {
    making.misplaced++;
    return making.next - whole;
  }
  if (making.pass == REHEARSE) {
    uintptr_t at = making.next_page;
    for (size_t size = 0; size < whole + 16; size += PAGE, making.next_page += PAGE) {
      making.pages[(making.next_page - PAGES) / PAGE].index = (uint32_t)index;
      making.pages[(making.next_page - PAGES) / PAGE].units = (uint32_t)(whole / 16);
    }
    return at;
  }
  if (making.kinds[index] != WRITTEN) return 0;
  making.next_written += whole;
  return making.next_written - whole;
}

static __attribute__((cold)) void note_release(uintptr_t at) {
  if (at < SECOND_HALF || at >= PREPARED + PREPARED_LIMIT) {
    making.misplaced++;
    return;
  }
  making.misplaced--;
  making.kinds[(at - SECOND_HALF) / 16] = PASSING;
}

/* Maps new memory at this address, or anywhere if it is 0. Returns NULL if that fails. */
static void *map(uintptr_t address, size_t size, int sharing) {
  int flags = sharing | MAP_ANONYMOUS | MAP_NORESERVE | (address ? MAP_FIXED_NOREPLACE : 0);
  void *memory = mmap((void *)address, size, PROT_READ | PROT_WRITE, flags, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/* Maps more memory behind the last, or the first of a prepared heap. */
static bool grow(size_t size) {
  uintptr_t from = HEAP->limit < GROWN ? GROWN : HEAP->limit;
  size_t length = (size + GROWTH - 1) & ~(GROWTH - 1UL);
  if (!map(from, length, MAP_PRIVATE)) return false;
  if (HEAP->limit < GROWN) HEAP->next = from;
  HEAP->limit = from + length;
  return true;
}

/* Finds the place of a new block, with the word before it; 0 if the memory is used up. */
static uintptr_t place(size_t whole) {
  if (IS_MAKING) {
    if (PREPARED + PREPARED_LIMIT - making.next < whole + 16) return 0;
    uintptr_t at = place_for_build(whole);
    if (at) return at;
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
  if (IS_MAKING) {
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
  void *block = WATCHED(!IS_MAKING) ? malloc(size) : take(size);
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

/*
 * In C, because JavaScript writes to the heap with every step: of a page that had no changes, it would lose
 * those that were made since.
 */
void heap_release(void) {
  /* proc_pid_pagemap(5): the page is there, and belongs to a file. One that was written to is a copy. */
  const uint64_t clean = 1UL << 63 | 1UL << 61;
  uint64_t entries[64];
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  for (uintptr_t at = PREPARED; at < SECOND_HALF;) {
    ssize_t size = pread(pagemap, entries, sizeof entries, (off_t)(at / page * sizeof *entries));
    if (size <= 0) break;
    for (size_t index = 0; index < (size_t)size / sizeof *entries; index++, at += page)
      if ((entries[index] & clean) == clean) madvise((void *)at, page, MADV_DONTNEED);
  }
  close(pagemap);
}

bool heap_begin(void) {
  /* The executable without a heap has this memory: what the C library allocates lies behind it. */
  uintptr_t begin = PREPARED + ((sizeof(struct heap) + 15) & ~15UL);
  HEAP->limit = making.next = SECOND_HALF;
  making.next_page = PAGES;
  making.kinds = map(0, PREPARED_LIMIT / 2 / 16, MAP_SHARED);
  making.written = map(0, PAGE, MAP_SHARED);
  making.pages = map(0, PAGES_LIMIT / PAGE * sizeof *making.pages, MAP_PRIVATE);
  if (!making.kinds || !making.written || !making.pages || !map(PAGES, PAGES_LIMIT, MAP_PRIVATE))
    return false;
  for (; making.pass < SAVE; making.pass++) {
    pid_t child = fork();
    if (child == 0) return true;
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) return false;
  }
  making.next_written = begin;
  HEAP->next = begin + *making.written * 16;
  return true;
}

bool heap_is_dense(void) { return making.pass != SAVE || making.misplaced == 0; }

/* Lets a page be written to, and notes its block. */
static void note_write(int number, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t at = (uintptr_t)info->si_addr;
  if (at < PAGES || at >= making.next_page || mprotect((void *)(at & -PAGE), PAGE, PROT_READ | PROT_WRITE)) {
    signal(number, SIG_DFL);
    return;
  }
  size_t page = (at - PAGES) / PAGE;
  uint8_t *kind = &making.kinds[making.pages[page].index];
  if (*kind != WRITTEN) *making.written += making.pages[page].units;
  *kind = WRITTEN;
}

bool heap_rehearse(void) {
  struct sigaction action = {.sa_sigaction = note_write, .sa_flags = SA_SIGINFO};
  if (making.pass != REHEARSE || sigaction(SIGSEGV, &action, NULL) != 0 ||
      mprotect((void *)PAGES, making.next_page - PAGES, PROT_READ) != 0)
    return false;
  /* What commands allocate needs no pages of its own. */
  making.pass = RECORD;
  return true;
}

bool heap_save(const char *path) {
  if (making.pass != SAVE) return true;
  size_t length = (HEAP->next + 16 + PAGE - 1 - PREPARED) & ~(PAGE - 1UL);
  HEAP->limit = PREPARED + length;
  return write_file(path, (void *)PREPARED, length);
}
