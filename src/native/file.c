/* Files of the build: the script, its bytecode, and the heap. */
#include "file.h"

#include <stdio.h>
#include <stdlib.h>

static char *read_rest(FILE *file, size_t length) {
  char *bytes = malloc(length + 1);
  if (!bytes) return NULL;
  if (fread(bytes, 1, length, file) != length) {
    free(bytes);
    return NULL;
  }
  bytes[length] = 0;
  return bytes;
}

char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "re");
  if (!file) return NULL;
  long size = fseek(file, 0, SEEK_END) ? -1 : ftell(file);
  rewind(file);
  *length = (size_t)size;
  char *bytes = size < 0 ? NULL : read_rest(file, *length);
  fclose(file);
  return bytes;
}

bool write_file(const char *path, const void *bytes, size_t size) {
  FILE *file = fopen(path, "we");
  if (!file) return false;
  bool is_written = fwrite(bytes, 1, size, file) == size;
  return fclose(file) == 0 && is_written;
}
