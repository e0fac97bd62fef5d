/** Standard error: closed or full, it must not change what a command does. */
import { writeAll } from './write-all.ts';

const STDERR = 2;

export interface Warning {
  readonly message: string;
  readonly hint?: string;
  readonly [field: string]: unknown;
}

/** Writes as much as standard error takes. */
export function writeToStderr(text: string): void {
  try {
    writeAll(STDERR, printable(text));
  } catch {
    // A full standard error cannot be reported anywhere.
  }
}

export function printWarning({ message, hint }: Warning): void {
  writeToStderr(`tsrun: warning: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
}

/** Names of files and what configurations hold may have characters that steer a terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD');
}
