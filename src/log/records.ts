/** Writes log records. pino decides which, and puts them together; what becomes text is its object. */
import pino from 'pino/browser.js';
import { jsonLine, type Level, type LogRecord } from './log-record.ts';
import type { WriteText } from './record-output.ts';
import { type LogService, serviceRecord } from './service-record.ts';
import { textLine } from './text-format.ts';

export type Format = 'text' | 'json';

/** Writes one record. The record's own keys win over those of `fields`. */
export type WriteRecord = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** runc's name for what pino calls "warn". */
const LEVELS = { warning: 40 } as const;

/** @param output is called once for each record @param service the form of the system's log, for records that go there */
export function recordWriter(
  output: WriteText,
  format: Format,
  level: Level,
  service?: LogService,
): WriteRecord {
  const toText = service ? serviceRecord(service, format) : format === 'json' ? jsonLine : textLine;
  const logger = pino({
    level,
    customLevels: LEVELS,
    timestamp: () => rfc3339(new Date()),
    browser: {
      formatters: { level: (label) => ({ level: label }) },
      write: (record) => output(toText(record as LogRecord)),
    },
  });
  return (at, message, { level: _level, time: _time, msg: _msg, ...others } = {}) =>
    logger[at](others, message);
}

/** To the second, as runc. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
