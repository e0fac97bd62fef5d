/** Which ends of a mutated input are good ones. */
import { RuntimeError } from '../../src/errors/runtime-error.ts';

/** Words that get into a message only by mistake. */
const NONSENSE = /\bundefined\b|\[object |\bNaN\b|TypeError|RangeError|internal error/;

/** @returns what is wrong with how it ended */
export function wrongEnd(thrown: unknown): string | undefined {
  if (thrown === undefined) return undefined;
  if (!(thrown instanceof RuntimeError)) return `not an error of ours: ${(thrown as Error)?.stack ?? thrown}`;
  if (thrown.code === 'internal') return `internal: ${thrown.stack}`;
  const text = `${thrown.message} ${thrown.details.hint ?? ''}`;
  const nonsense = NONSENSE.exec(text)?.[0];
  return nonsense === undefined || QUOTED.test(text) ? undefined : `it says "${nonsense}": ${text}`;
}

/** Inputs may have such words themselves. */
const QUOTED = /"[^"]*(?:NaN|undefined)[^"]*"/;
