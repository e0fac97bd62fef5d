/* Files of the build. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Reads a whole file. Behind its bytes is a NUL, which the length does not count. Returns NULL if that fails.
 */
char *read_file(const char *path, size_t *length);

/* Creates or overwrites a file. Returns false if that fails. */
bool write_file(const char *path, const void *bytes, size_t size);
