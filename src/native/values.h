/* JavaScript's values as C sees them. */
#pragma once
#include "quickjs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUNCTION(name) JSValue name(JSContext *js, JSValueConst this, int count, JSValueConst *args)
#define UNUSED (void)js, (void)this, (void)count, (void)args

struct bytes {
  uint8_t *start;
  size_t length;
};

/* The memory of a Uint8Array. Returns false after an exception. */
bool bytes_of(JSContext *js, JSValueConst array, struct bytes *bytes);

/* A text's UTF-8, to be released with JS_FreeCString; NULL after an exception. Half a surrogate pair is
 * U+FFFD. */
const char *text_of(JSContext *js, JSValueConst text, size_t *length);

/* The same, for texts that end with a NUL: one inside is an exception. */
const char *c_string_of(JSContext *js, JSValueConst text, size_t *length);

/* The text that these bytes are in UTF-8. What is malformed becomes U+FFFD, as the Encoding Standard says. */
JSValue new_text(JSContext *js, const char *bytes, size_t length);

/* A number or a BigInt as 64 bits. Returns false after an exception. */
bool word_of(JSContext *js, JSValueConst value, long *word);
