/* Memory for the init stub (stub.c), laid out by JavaScript. */
#pragma once
#include "values.h"

/* encodeWords(memory, at, end, base, values): see `Encoder` in js-runtime/js-runtime.ts. */
FUNCTION(encode_words);

/* encodeOperation(memory, at, end, base, head, result, arguments): the same. */
FUNCTION(encode_operation);
