/** Opens the log file. This comes before everything that can fail, since engines read errors from there. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { modeForCaller } from '../host/umask.ts';
import {
  O_APPEND,
  O_CREAT,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDWR,
  O_SYNC,
  O_WRONLY,
} from '../kernel/constants/file.ts';
import { openSync } from '../kernel/file-system.ts';
import { Logger, type LogSettings } from '../log/logger.ts';
import type { GlobalValues } from './globals.ts';
import { connectTo } from './log-service.ts';
import { absolute } from './paths.ts';

/**
 * As runc: append, so that a file shared by several commands keeps all, and synchronous. A FIFO must not make the
 * command wait for its reader: not when it is opened, and not when it is full.
 */
const FLAGS = O_CREAT | O_APPEND | O_SYNC | O_NOCTTY | O_NONBLOCK;
const MODE = 0o644;

/** @throws RuntimeError `usage` when the log cannot be opened */
export function openLog(options: GlobalValues): Logger {
  const debug = options.debug === true;
  const level = debug ? 'debug' : options['log-level'];
  const format = options['log-format'] ?? 'text';
  const { log } = options;
  return new Logger({ format, level, debug, ...(log ? destination(log) : {}) });
}

/** A file, or as crun has it `file:PATH`, `journald:IDENTIFIER`, `syslog:IDENTIFIER`. */
function destination(text: string): Pick<LogSettings, 'fd' | 'name' | 'service'> {
  const [, kind, rest = ''] = /^(file|journald|syslog):(.*)$/s.exec(text) ?? [];
  if (kind === 'journald' || kind === 'syslog') {
    return { fd: connectTo(kind), name: kind, service: { kind, identifier: rest || 'tsrun' } };
  }
  const path = kind === 'file' ? rest : text;
  return { fd: open(path), name: path };
}

function open(path: string): number {
  try {
    return openForWriting(absolute(path));
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw new RuntimeError('usage', `cannot open log file "${path}"`, {
      cause,
      hint: 'check the path given with --log',
    });
  }
}

function openForWriting(path: string): number {
  try {
    return openSync(path, O_WRONLY | FLAGS, modeForCaller(MODE));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error;
    // The FIFO has no reader yet. As with crun, one that opens it while the command runs gets everything.
    return openSync(path, O_RDWR | FLAGS, modeForCaller(MODE));
  }
}
