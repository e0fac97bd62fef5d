/**
 * A command that may be killed while processes of it live on. Its standard output is a pipe that they inherit: when
 * the pipe ends, no process is left of all that the command has started.
 */
import { spawn } from 'node:child_process';
import { type ExecuteOptions, minimalEnvironment } from './execute.ts';

export interface Outlived {
  readonly pid: number;
  /** Of the command itself. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Whether every process has ended, or ends within some milliseconds. */
  allEnded(patience?: number): Promise<boolean>;
  stderr(): string;
  kill(): void;
}

export function startOutlived(line: readonly string[], { env, cwd }: ExecuteOptions = {}): Outlived {
  const [command = '', ...args] = line;
  const child = spawn(command, args, {
    cwd,
    env: env ?? minimalEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  child.stdout.resume();
  const ended = new Promise<true>((resolve) => child.stdout.on('close', () => resolve(true)));
  return {
    pid: child.pid ?? 0,
    exited: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve({ code, signal }));
    }),
    allEnded: (patience = 5000) => {
      const late = new Promise<false>((resolve) => setTimeout(resolve, patience, false).unref());
      return Promise.race([ended, late]);
    },
    stderr: () => stderr,
    kill: () => void child.kill('SIGKILL'),
  };
}
