/** A record of the log as pino puts it together, and its form in JSON. */
import { configure } from 'safe-stable-stringify';

export type Level = 'debug' | 'info' | 'warning' | 'error';

export interface LogRecord {
  readonly level: Level;
  /** RFC 3339, to the second. */
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** As JSON.stringify, but bigints are numbers, and an object may refer to itself. */
export const toJson = configure({ bigint: true, deterministic: false });

/** A line of JSON. */
export function jsonLine({ level, time, ...others }: LogRecord): string {
  return `${toJson({ level, time, ...others })}\n`;
}
