/**
 * Where the program starts: bundled for Node as an ES module, for Bun compiled into an executable.
 * It ends with `process.exit`, because a handle that somebody left open must not keep an engine waiting.
 */
import { runProgram } from './program.ts';

runProgram(process.argv.slice(2)).then(
  (status) => process.exit(status),
  () => process.exit(1),
);
