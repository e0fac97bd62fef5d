/** Signals by name and number: signal(7). The numbers are those of x86-64 and aarch64. */
import { RuntimeError } from '../errors/runtime-error.ts';

/** Without the prefix `SIG`; the index is the number. */
const NAMES = [
  [
    '',
    'HUP',
    'INT',
    'QUIT',
    'ILL',
    'TRAP',
    'ABRT',
    'BUS',
    'FPE',
    'KILL',
    'USR1',
    'SEGV',
    'USR2',
    'PIPE',
    'ALRM',
  ],
  ['TERM', 'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF'],
  ['WINCH', 'IO', 'PWR', 'SYS'],
].flat();

const OTHER_NAMES: Readonly<Record<string, number>> = { IOT: 6, CLD: 17, POLL: 29, UNUSED: 31 };

export const SIGTERM = 15;

/** As glibc counts them: the kernel's first two belong to its threads. */
const RTMIN = 34;
const RTMAX = 64;

/** The names of all signals that have one of their own, `SIGHUP` first. */
export const signalNames: readonly string[] = NAMES.slice(1).map((name) => `SIG${name}`);

/**
 * The number of a signal given as `9`, `KILL`, `SIGKILL`, `sigkill` or `RTMIN+1`.
 *
 * @throws RuntimeError `usage`
 */
export function parseSignal(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : named(text.toUpperCase().replace(/^SIG/, ''));
  if (number !== undefined && number <= RTMAX) return number;
  throw new RuntimeError('usage', `unknown signal "${text}"`, {
    hint: `use a name such as TERM, SIGKILL or RTMIN+1, or a number up to ${RTMAX}`,
  });
}

function named(name: string): number | undefined {
  if (name === '') return undefined;
  const index = NAMES.indexOf(name);
  if (index > 0) return index;
  return Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : realTime(name);
}

function realTime(name: string): number | undefined {
  const [, base, offset] = /^(RTMIN|RTMAX)(?:([+-]\d{1,2}))?$/.exec(name) ?? [];
  if (base === undefined) return undefined;
  const number = (base === 'RTMIN' ? RTMIN : RTMAX) + Number(offset ?? 0);
  return number >= RTMIN && number <= RTMAX ? number : undefined;
}
