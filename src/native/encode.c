/*
 * Lays out calls for the init stub. Every container takes some hundreds of them; in JavaScript this was half
 * of all that `create` did.
 */
#include "encode.h"

#include <string.h>

/* Memory that is being filled. What finds no room is counted and not written. */
struct image {
  struct bytes memory;
  size_t end;
  unsigned long base;
  JSValueConst resolver;
  bool is_too_small;
};

/* In place of an index: a struct's words are not arguments. */
enum { IN_STRUCT = -1 };

static bool has_room(const struct image *image, size_t at, size_t size) {
  return at <= image->memory.length && size <= image->memory.length - at;
}

static void write_at(struct image *image, size_t at, const void *from, size_t size) {
  if (has_room(image, at, size)) memcpy(image->memory.start + at, from, size);
}

/* Puts something, or nothing yet, behind everything else. Returns its address in the other process. */
static unsigned long append(struct image *image, const void *from, size_t size, size_t alignment) {
  size_t at = (image->end + alignment - 1) & -alignment;
  if (from) write_at(image, at, from, size);
  image->end = at + size;
  return image->base + at;
}

static bool write_words(JSContext *js, JSValueConst list, struct image *image, size_t at, bool is_struct);

/* Puts a struct behind everything else. */
static bool append_struct(JSContext *js, JSValueConst list, struct image *image, unsigned long *address) {
  JSValue length = JS_GetPropertyStr(js, list, "length");
  long count;
  if (!word_of(js, length, &count)) return false;
  *address = append(image, NULL, (size_t)count * sizeof(long), sizeof(long));
  return write_words(js, list, image, *address - image->base, true);
}

/* What stands for an object is a word, bytes, or the words of a struct. */
static bool resolve(JSContext *js, JSValueConst object, struct image *image, int index, unsigned long *word) {
  struct bytes bytes;
  JSValueConst args[] = {object, JS_NewInt32(js, index)};
  JSAtom method = JS_NewAtom(js, "resolve");
  JSValue value = JS_Invoke(js, image->resolver, method, 2, args);
  JS_FreeAtom(js, method);
  bool is_resolved = !JS_IsException(value);
  if (is_resolved && !JS_IsObject(value)) {
    is_resolved = word_of(js, value, (long *)word);
  } else if (is_resolved && JS_IsArray(js, value)) {
    is_resolved = append_struct(js, value, image, word);
  } else if (is_resolved) {
    is_resolved = bytes_of(js, value, &bytes);
    if (is_resolved) *word = append(image, bytes.start, bytes.length, sizeof *word);
  }
  JS_FreeValue(js, value);
  return is_resolved;
}

/* Finds the word for a value. A text is appended; its address is the word. */
static bool word_for(JSContext *js, JSValueConst value, struct image *image, int index, unsigned long *word) {
  if (JS_IsObject(value)) return resolve(js, value, image, index, word);
  if (!JS_IsString(value)) return word_of(js, value, (long *)word);
  size_t length;
  const char *text = c_string_of(js, value, &length);
  if (text) *word = append(image, text, length + 1, 1);
  JS_FreeCString(js, text);
  return text != NULL;
}

/* Writes the elements of an array. */
static bool write_words(JSContext *js, JSValueConst list, struct image *image, size_t at, bool is_struct) {
  for (uint32_t index = 0;; index++, at += sizeof(long)) {
    unsigned long word;
    JSValue value = JS_GetPropertyUint32(js, list, index);
    if (JS_IsUndefined(value)) break;
    bool is_found = word_for(js, value, image, is_struct ? IN_STRUCT : (int)index, &word);
    JS_FreeValue(js, value);
    if (!is_found) return false;
    write_at(image, at, &word, sizeof word);
  }
  image->is_too_small |= !has_room(image, at, 0);
  return true;
}

FUNCTION(encode_words) {
  UNUSED;
  struct image image = {.resolver = args[5]};
  long at, end, base;
  if (!bytes_of(js, args[0], &image.memory) || !word_of(js, args[1], &at) || !word_of(js, args[2], &end) ||
      !word_of(js, args[3], &base))
    return JS_EXCEPTION;
  image.end = (size_t)end;
  image.base = (unsigned long)base;
  if (!write_words(js, args[4], &image, (size_t)at, false)) return JS_EXCEPTION;
  return JS_NewInt64(js, image.is_too_small || !has_room(&image, image.end, 0) ? -1 : (int64_t)image.end);
}
