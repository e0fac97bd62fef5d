/**
 * Where log records are written. A log that cannot be written must not change the outcome of a command: the first
 * failure is reported on standard error, and the command goes on.
 */
import { causeText } from './error-report.ts';
import { printWarning, writeToStderr } from './standard-error.ts';
import { writeFully } from './write-all.ts';

export type WriteText = (text: string) => void;

/** Milliseconds that a full pipe or socket is waited for, once per command. */
const PATIENCE = 1000;

/** @param fd of the log, non-blocking if it is a pipe or a socket @param name as given with `--log` */
export function recordOutput(fd: number, name: string): WriteText {
  let hasFailed = false;
  return (text) => {
    try {
      // There may be room again for later records.
      writeFully(fd, text, hasFailed ? 0 : PATIENCE);
    } catch (error) {
      if (!hasFailed) report(name, error);
      hasFailed = true;
    }
  };
}

/** Without `--log`, records go to standard error. */
export const recordsToStderr: WriteText = writeToStderr;

function report(name: string, error: unknown): void {
  const reason = error instanceof Error ? causeText(error) : String(error);
  printWarning({
    message: `cannot write the log "${name}": ${reason}`,
    hint: 'the command goes on without it; make room there, or choose another file with --log',
  });
}
