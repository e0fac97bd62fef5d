/* A tool of the build: `compile SCRIPT CODE` makes QuickJS's bytecode of a script. */
#include "file.h"
#include "quickjs.h"

#include <stdio.h>

static int fail(JSContext *js) {
  JSValue error = JS_GetException(js);
  fprintf(stderr, "%s\n%s", JS_ToCString(js, error), JS_ToCString(js, JS_GetPropertyStr(js, error, "stack")));
  return 1;
}

int main(int count, char **words) {
  size_t length, size;
  char *text = count == 3 ? read_file(words[1], &length) : NULL;
  if (!text) return 1;
  JSRuntime *runtime = JS_NewRuntime();
  /* Function names stay; the text and the numbers of lines are megabytes. */
  JS_SetStripInfo(runtime, JS_STRIP_DEBUG);
  JSContext *js = JS_NewContext(runtime);
  JSValue code = JS_Eval(js, text, length, "tsrun.js", JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
  if (JS_IsException(code)) return fail(js);
  uint8_t *bytes = JS_WriteObject(js, &size, code, JS_WRITE_OBJ_BYTECODE);
  return bytes && write_file(words[2], bytes, size) ? 0 : 1;
}
