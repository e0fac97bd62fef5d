/** Log records as the system's log takes them: one datagram each. */
import { ownPid } from '../kernel/own-process.ts';
import { jsonLine, type Level, type LogRecord } from './log-record.ts';

export interface LogService {
  readonly kind: 'journald' | 'syslog';
  /** Whose records they are, for whoever reads the log. */
  readonly identifier: string;
}

/** syslog(3) */
const PRIORITIES: Readonly<Record<Level, number>> = { debug: 7, info: 6, warning: 4, error: 3 };
const LOG_USER = 1 << 3;

/** @returns turns a record into a datagram: its message, or with `json` all of it */
export function serviceRecord(
  { kind, identifier }: LogService,
  format: 'text' | 'json',
): (record: LogRecord) => string {
  return (record) => {
    const message = (format === 'json' ? jsonLine(record) : record.msg).trim().replaceAll('\n', ' ');
    const priority = PRIORITIES[record.level];
    if (kind === 'syslog') return `<${LOG_USER | priority}>${identifier}[${ownPid()}]: ${message}`;
    return `PRIORITY=${priority}\nSYSLOG_IDENTIFIER=${identifier}\nMESSAGE=${message}\n`;
  };
}
