/** Log records as logrus writes them, `time="…" level=error msg="…"`: runc's text format. */
import { type LogRecord, toJson } from './log-record.ts';

export function textLine({ time, level, msg, ...fields }: LogRecord): string {
  const pairs = Object.entries(fields).map(([name, value]) => pair(name, value));
  return `time="${time}" level=${level} msg=${quoted(msg)}${pairs.join('')}\n`;
}

/** What JSON cannot say is left out, as it is there. */
function pair(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : toJson(value);
  return text === undefined ? '' : ` ${name}=${quoted(text)}`;
}

function quoted(text: string): string {
  return /^[\w./@^+-]+$/.test(text) ? text : JSON.stringify(text);
}
