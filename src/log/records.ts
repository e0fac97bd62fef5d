/** Writes log records, with pino. Loaded when the first one is written: most commands that succeed write none. */
import pino from 'pino';
import type { WriteText } from './record-output.ts';
import { type LogService, serviceRecord } from './service-record.ts';
import { textLine } from './text-format.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type Format = 'text' | 'json';

/** Writes one record. The record's own keys win over those of `fields`. */
export type WriteRecord = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Names and order of runc's levels. */
const LEVELS = { debug: 20, info: 30, warning: 40, error: 50 } as const;

/** @param output is called once for each record @param service the form of the system's log, for records that go there */
export function recordWriter(
  output: WriteText,
  format: Format,
  level: Level,
  service?: LogService,
): WriteRecord {
  const toLine = service ? serviceRecord(service, format) : format === 'json' ? asItIs : textLine;
  const logger = pino(
    {
      level,
      base: null,
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      timestamp: () => `,"time":"${rfc3339(new Date())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => output(toLine(line)) },
  );
  return (at, message, fields = {}) => {
    const { level: _level, time: _time, msg: _msg, ...others } = fields;
    logger[at](others, message);
  };
}

function asItIs(line: string): string {
  return line;
}

/** To the second, as runc. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
