/** Log records as logrus writes them, `time="…" level=error msg="…"`: runc's text format. */

/** @param line one JSON object, as pino writes it */
export function textLine(line: string): string {
  const record: Record<string, unknown> = JSON.parse(line);
  const { time, level, msg, ...fields } = record;
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${quoted(value)}`);
  return [`time="${time}"`, `level=${level}`, `msg=${quoted(msg)}`, ...pairs].join(' ').concat('\n');
}

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./@^+-]+$/.test(text) ? text : JSON.stringify(text);
}
