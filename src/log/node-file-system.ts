/** node:fs, whose loading costs a millisecond, when it is needed. */
export function nodeFileSystem(): typeof import('node:fs') {
  return process.getBuiltinModule('node:fs');
}
