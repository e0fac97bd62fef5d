/* JavaScript's values as C sees them. In C, because a loop over the bytes of a text takes JavaScript a
 * hundred times as long. */
#include "values.h"

#include <string.h>

bool bytes_of(JSContext *js, JSValueConst array, struct bytes *bytes) {
  size_t offset, size;
  JSValue buffer = JS_GetTypedArrayBuffer(js, array, &offset, &bytes->length, NULL);
  if (JS_IsException(buffer)) return false;
  uint8_t *start = JS_GetArrayBuffer(js, &size, buffer);
  JS_FreeValue(js, buffer);
  /* An empty buffer has no memory. */
  bytes->start = start ? start + offset : (uint8_t *)"";
  return true;
}

/*
 * Half a surrogate pair, for which QuickJS writes three bytes of its own, becomes U+FFFD: the file that a
 * name means must not depend on the JS runtime.
 */
static void mend_surrogates(char *text, size_t length) {
  char *end = text + length;
  for (char *at = text; (at = memchr(at, 0xed, (size_t)(end - at))) != NULL; at++) {
    if (end - at >= 3 && (uint8_t)at[1] >= 0xa0) memcpy(at, "\xef\xbf\xbd", 3);
  }
}

const char *text_of(JSContext *js, JSValueConst text, size_t *length) {
  const char *bytes = JS_ToCStringLen(js, length, text);
  /* QuickJS gives a copy, unless all is ASCII. */
  if (bytes && memchr(bytes, 0xed, *length)) mend_surrogates((char *)bytes, *length);
  return bytes;
}

/*
 * How many bytes of UTF-8 are one character, or are to be replaced by one U+FFFD: as many as are the
 * beginning of a character, and at least one.
 */
static size_t character_at(const uint8_t *at, size_t left, bool *is_valid) {
  uint8_t first = *at, low = 0x80, high = 0xbf;
  size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  *is_valid = first < 0x80 || (first >= 0xc2 && first <= 0xf4);
  /* No longer form than needed, no halves of surrogate pairs, nothing beyond U+10FFFF. */
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  for (size_t index = 1; *is_valid && index < length; index++, low = 0x80, high = 0xbf) {
    *is_valid = index < left && at[index] >= low && at[index] <= high;
    if (!*is_valid) return index;
  }
  return *is_valid ? length : 1;
}

static size_t valid_length(const uint8_t *text, size_t length) {
  size_t at = 0;
  bool is_valid = true;
  while (at < length) {
    size_t size = character_at(text + at, length - at, &is_valid);
    if (!is_valid) break;
    at += size;
  }
  return at;
}

/* Copies with replacements, each of which has three bytes. Returns the new length. */
static size_t replace_malformed(const uint8_t *text, size_t length, uint8_t *target) {
  uint8_t *end = target;
  bool is_valid;
  for (size_t at = 0, size; at < length; at += size) {
    size = character_at(text + at, length - at, &is_valid);
    memcpy(end, is_valid ? text + at : (const uint8_t *)"\xef\xbf\xbd", is_valid ? size : 3);
    end += is_valid ? size : 3;
  }
  return (size_t)(end - target);
}

/* QuickJS would take a character that is well-formed along with the malformed one before it. */
JSValue new_text(JSContext *js, const char *bytes, size_t length) {
  const uint8_t *text = (const uint8_t *)bytes;
  if (valid_length(text, length) == length) return JS_NewStringLen(js, bytes, length);
  uint8_t *mended = js_malloc(js, length * 3);
  if (!mended) return JS_EXCEPTION;
  JSValue string = JS_NewStringLen(js, (char *)mended, replace_malformed(text, length, mended));
  js_free(js, mended);
  return string;
}

const char *c_string_of(JSContext *js, JSValueConst text, size_t *length) {
  const char *bytes = text_of(js, text, length);
  if (!bytes || strlen(bytes) == *length) return bytes;
  JS_ThrowTypeError(js, "NUL in the string \"%s\"", bytes);
  JS_FreeCString(js, bytes);
  return NULL;
}

bool word_of(JSContext *js, JSValueConst value, long *word) {
  int64_t number;
  /* BigInts are taken modulo 2^64, which is what an unsigned word is. */
  if (JS_ToInt64Ext(js, &number, value)) return false;
  *word = number;
  return true;
}
