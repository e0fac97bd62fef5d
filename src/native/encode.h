/* Memory for the init stub (stub.c), laid out by JavaScript. */
#pragma once
#include "values.h"

/* encodeWords(memory, at, end, base, values, resolver): see `Encoder` in js-runtime/js-runtime.ts. */
FUNCTION(encode_words);
