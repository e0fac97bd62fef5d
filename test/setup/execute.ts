/** Runs a command to its end and collects what it wrote. */
import { spawn } from 'node:child_process';
import { patience } from './patience.ts';

export interface Result {
  /** Exit status, or null when a signal ended the command. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  readonly cwd?: string;
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Milliseconds until SIGKILL. */
  readonly timeout?: number;
}

/** Resolves whatever the exit status; rejects only when the command cannot be started. */
export function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Result> {
  const { cwd, env = minimalEnvironment(), input, timeout = patience(60_000) } = options;
  const child = spawn(command, args, { cwd, env, timeout, killSignal: 'SIGKILL' });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  child.stdin.on('error', () => {}); // the command need not read it
  child.stdin.end(input);
  child.on('exit', (_, signal) => {
    if (signal !== 'SIGKILL') return;
    // What it has started may hold its streams for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: text(stdout), stderr: text(stderr) }),
    );
  });
}

/** What a caller such as podman leaves of its environment, and a PATH for helpers. */
export function minimalEnvironment(): Record<string, string> {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', XDG_RUNTIME_DIR } = process.env;
  return XDG_RUNTIME_DIR === undefined ? { PATH } : { PATH, XDG_RUNTIME_DIR };
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString();
}
