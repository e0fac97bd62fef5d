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
