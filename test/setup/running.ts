/** A program that is still running: what it has written, what it is to be told, how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { minimalEnvironment } from './execute.ts';

export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Standard output so far. */
  output(): string;
  /** Waits until standard output matches. */
  shows(pattern: RegExp): Promise<void>;
  type(text: string): void;
  /** The exit status, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program; it is killed at the end of the test where it has not ended by then. */
export function startProgram(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { env: minimalEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => {}); // it need not read
  const end = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    child,
    output: () => output,
    shows: async (pattern) => {
      const ended = end.then((status) => {
        if (!pattern.test(output)) throw new Error(`ended (${status}) without ${pattern}: ${output}`);
      });
      while (!pattern.test(output))
        await Promise.race([ended, new Promise((next) => child.stdout.once('data', next))]);
    },
    type: (text) => void child.stdin.write(text),
    ended: () => end,
    async [Symbol.asyncDispose]() {
      // Not until its streams are closed: others may hold them.
      const exit = child.exitCode ?? child.signalCode ?? once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      child.stdout.destroy();
    },
  };
}
