/*
 * Only in the build for sanitizers. Their options are set here, because a caller cannot set them: programs
 * under test have environments of their own. What they find ends the program at once, and is kept in a file.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  /* The program ends with exit_group(2), and releases nothing before. Tests measure its memory, which what is
   * kept after its release counts to. */
  return "abort_on_error=1:detect_leaks=0:quarantine_size_mb=32:log_path=" REPORTS;
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void) { return "print_stacktrace=1:log_path=" REPORTS; }
