/** One thing wrong with a configuration, before it is known where in the file it stands. */

export interface Problem {
  readonly pointer: string;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
  /** The container can run all the same. */
  readonly warning?: true;
}

/** How a check says what it found. */
export type Report = (problem: Problem) => void;

const LONGEST = 60;

/** A value in words: `the string "sh"`, `an array`. */
export function inWords(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${quoted(value)}`;
    case 'number':
    case 'bigint':
      return `the number ${value}`;
    case 'undefined':
      return 'no such property';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    default:
      return String(value);
  }
}

/** A string as JSON, shortened. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
