/*
 * Lays out calls for the init stub. Every container takes some hundreds of them; in JavaScript this was half
 * of all that `create` did.
 */
#include "encode.h"
#include "operation.h"

#include <string.h>

/* Memory that is being filled. What finds no room is counted and not written. */
struct image {
  struct bytes memory;
  size_t end;
  unsigned long base;
};

static bool open_image(JSContext *js, JSValueConst *args, struct image *image, size_t *at) {
  long words[3];
  if (!bytes_of(js, args[0], &image->memory)) return false;
  for (int index = 0; index < 3; index++)
    if (!word_of(js, args[1 + index], &words[index])) return false;
  *at = (size_t)words[0];
  image->end = (size_t)words[1];
  image->base = (unsigned long)words[2];
  return true;
}

static bool has_room(const struct image *image, size_t at, size_t size) {
  return at <= image->memory.length && size <= image->memory.length - at;
}

static void write_at(struct image *image, size_t at, const void *from, size_t size) {
  if (has_room(image, at, size)) memcpy(image->memory.start + at, from, size);
}

/* Puts something behind everything else. Returns its address in the other process. */
static unsigned long append(struct image *image, const void *from, size_t size, size_t alignment) {
  size_t at = (image->end + alignment - 1) & -alignment;
  write_at(image, at, from, size);
  image->end = at + size;
  return image->base + at;
}

/* A text or bytes are appended; their address is the word. */
static bool write_word(JSContext *js, JSValueConst value, struct image *image, size_t at) {
  unsigned long word;
  if (JS_IsString(value)) {
    size_t length;
    const char *text = c_string_of(js, value, &length);
    if (!text) return false;
    word = append(image, text, length + 1, 1);
    JS_FreeCString(js, text);
  } else if (JS_IsObject(value)) {
    struct bytes bytes;
    if (!bytes_of(js, value, &bytes)) return false;
    word = append(image, bytes.start, bytes.length, sizeof word);
  } else if (!word_of(js, value, (long *)&word)) {
    return false;
  }
  write_at(image, at, &word, sizeof word);
  return true;
}

/* Writes the elements of an array. Returns the new end, or -1 if there is no room. */
static JSValue write_words(JSContext *js, JSValueConst list, struct image *image, size_t at) {
  for (uint32_t index = 0;; index++, at += sizeof(long)) {
    JSValue value = JS_GetPropertyUint32(js, list, index);
    if (JS_IsUndefined(value)) break;
    bool is_written = write_word(js, value, image, at);
    JS_FreeValue(js, value);
    if (!is_written) return JS_EXCEPTION;
  }
  bool fits = has_room(image, image->end, 0) && has_room(image, at, 0);
  return JS_NewInt64(js, fits ? (int64_t)image->end : -1);
}

FUNCTION(encode_words) {
  UNUSED;
  struct image image;
  size_t at;
  if (!open_image(js, args, &image, &at)) return JS_EXCEPTION;
  return write_words(js, args[4], &image, at);
}

FUNCTION(encode_operation) {
  UNUSED;
  struct image image;
  size_t at;
  long number, flags, store;
  if (!open_image(js, args, &image, &at) || !word_of(js, args[4], &number) || !word_of(js, args[5], &flags) ||
      !word_of(js, args[6], &store))
    return JS_EXCEPTION;
  struct operation operation = {.number = (int)number, .flags = (unsigned)flags, .store = (long *)store};
  write_at(&image, at, &operation, sizeof operation);
  return write_words(js, args[7], &image, at + offsetof(struct operation, args));
}
