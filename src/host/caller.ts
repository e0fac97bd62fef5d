/**
 * What the launcher (src/launcher/) saw before the engine started: engines raise the limit of open files, change
 * signal masks and dispositions, and need a working directory; and none of the caller's variables may reach them.
 */
import { ownEnvironment } from '../kernel/own-process.ts';

export interface CallerReport {
  /** RLIMIT_NOFILE; 2^64 - 1 is "unlimited". */
  readonly nofile: { readonly soft: bigint; readonly hard: bigint };
  /** Bit n - 1 is signal n. */
  readonly blockedSignals: bigint;
  /** Bit n - 1 is signal n. */
  readonly ignoredSignals: bigint;
  /** Bit n is descriptor n; the first 64. */
  readonly openDescriptors: bigint;
  /** Those of descriptors 0 to 2 that were closed; they are open on /dev/null now. */
  readonly closedStdio: readonly number[];
  /** The working directory was deleted (or is outside the root directory); it is `/` now. */
  readonly cwdDeleted: boolean;
}

const variable = 'TSRUN_CALLER';

/** The launcher's report; nothing when the program was not started by the launcher. */
export function callerReport(): CallerReport | undefined {
  const text = ownVariable(variable);
  if (text === undefined) return undefined;
  const field = (index: number) => BigInt(`0x${text.slice(index * 16, index * 16 + 16)}`);
  const openDescriptors = field(1);
  return {
    cwdDeleted: field(0) === 1n,
    openDescriptors,
    closedStdio: [0, 1, 2].filter((fd) => (openDescriptors & (1n << BigInt(fd))) === 0n),
    nofile: { soft: field(2), hard: field(3) },
    blockedSignals: field(4),
    ignoredSignals: field(5),
  };
}

/** One variable of the caller's. */
export function callerVariable(name: string): string | undefined {
  return ownVariable(ownVariable(variable) === undefined ? name : `@${name}`);
}

/** The caller's environment, which the launcher passes on with an `@` in front of each name. */
export function callerEnvironment(): Record<string, string> {
  const prefix = ownVariable(variable) === undefined ? '' : '@';
  // Not an object literal: a variable may be called `__proto__`.
  const caller: Record<string, string> = Object.create(null);
  for (const assignment of ownEnvironment()) {
    const equals = assignment.indexOf('=');
    if (equals < 0 || !assignment.startsWith(prefix)) continue;
    // As for getenv(3), the first of equal names counts.
    caller[assignment.slice(prefix.length, equals)] ??= assignment.slice(equals + 1);
  }
  return caller;
}

function ownVariable(name: string): string | undefined {
  const start = `${name}=`;
  return ownEnvironment()
    .find((assignment) => assignment.startsWith(start))
    ?.slice(start.length);
}
