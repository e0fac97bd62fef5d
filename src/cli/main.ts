/**
 * Where the program starts: bundled for Node as CommonJS, for Bun compiled into an executable.
 * It ends itself, because a handle that somebody left open must not keep an engine waiting.
 */
import { endProcess } from '../kernel/end-process.ts';
import { runProgram } from './program.ts';

runProgram(process.argv.slice(2)).then(
  (status) => endProcess(status),
  () => endProcess(1),
);
