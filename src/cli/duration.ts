/** `5s`, `100ms`, `1m30s`, `1.5h`: durations as Go's time.ParseDuration takes them. */

/** Milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3 },
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** @returns milliseconds; undefined for what is no duration */
export function duration(text: string): number | undefined {
  if (text === '0') return 0;
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  let sum = 0;
  let end = 0;
  for (const [part, number, unit = ''] of body.matchAll(PART)) {
    sum += Number(number) * (UNITS[unit] ?? 0);
    end += part.length;
  }
  return end > 0 && end === body.length ? sign * sum : undefined;
}
