/** Writes log records, with pino. Loaded when the first one is written: most commands that succeed write none. */
import pino from 'pino';
import { textLine } from './text-format.ts';
import { writeAll } from './write-all.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';
export type Format = 'text' | 'json';

/** Writes one record. The record's own keys win over those of `fields`. */
export type WriteRecord = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Names and order of runc's levels. */
const LEVELS = { debug: 20, info: 30, warning: 40, error: 50 } as const;

/** @param fd where to; each record is one `write` */
export function recordWriter(fd: number, format: Format, level: Level): WriteRecord {
  const toLine = format === 'json' ? (line: string) => line : textLine;
  const logger = pino(
    {
      level,
      base: null,
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      timestamp: () => `,"time":"${rfc3339(new Date())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => writeAll(fd, toLine(line)) },
  );
  return (at, message, fields = {}) => {
    const { level: _level, time: _time, msg: _msg, ...others } = fields;
    logger[at](others, message);
  };
}

/** To the second, as runc. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
