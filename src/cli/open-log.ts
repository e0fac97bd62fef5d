/** Opens the log file. This comes before everything that can fail, since engines read errors from there. */
import { openSync } from 'node:fs';
import { RuntimeError } from '../errors/runtime-error.ts';
import { Logger } from '../log/logger.ts';
import type { GlobalValues } from './globals.ts';
import { absolute } from './paths.ts';

/** As runc: append, so that a file shared by several commands keeps all, and synchronous. */
const FLAGS = 'as';
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
    throw new RuntimeError('usage', `cannot open log file "${path}"`, {
      cause,
      hint: 'check the path given with --log',
    });
  }
}
