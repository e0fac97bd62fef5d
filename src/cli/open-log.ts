/** Opens the log file. This comes before everything that can fail, since engines read errors from there. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { O_APPEND, O_CREAT, O_SYNC, O_WRONLY } from '../kernel/constants/file.ts';
import { openSync } from '../kernel/file-system.ts';
import { Logger } from '../log/logger.ts';
import { nodeFileSystem } from '../log/write-all.ts';
import type { GlobalValues } from './globals.ts';
import { absolute } from './paths.ts';

/** As runc: append, so that a file shared by several commands keeps all, and synchronous. */
const FLAGS = O_WRONLY | O_CREAT | O_APPEND | O_SYNC;
const MODE = 0o644;

/** @throws RuntimeError `usage` when the file cannot be opened */
export function openLog(options: GlobalValues): Logger {
  const debug = options.debug === true;
  const level = debug ? 'debug' : (options['log-level'] ?? 'warning');
  const format = options['log-format'] ?? 'text';
  const path = options.log;
  return new Logger({ format, level, debug, ...(path ? { fd: open(path) } : {}) });
}

function open(path: string): number {
  try {
    return openSync(absolute(path), FLAGS, MODE);
  } catch (cause) {
    // An installation without its addon must still be able to say so where engines look.
    if (cause instanceof RuntimeError) return nodeFileSystem().openSync(absolute(path), 'as', MODE);
    throw new RuntimeError('usage', `cannot open log file "${path}"`, {
      cause,
      hint: 'check the path given with --log',
    });
  }
}
