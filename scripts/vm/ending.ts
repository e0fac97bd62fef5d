/** What must not outlive this process, however it ends: other processes, and files. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { constants } from 'node:os';

const actions = new Set<() => void>();

/** Has something done at the end. Returns what takes it back. */
export function atEnd(action: () => void): () => void {
  if (actions.size === 0) watch();
  actions.add(action);
  return () => actions.delete(action);
}

/** A directory or file that is removed at the end. */
export function removedAtEnd(path: string): string {
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Starts a process that is killed at the end; the kernel sees to it where this process is killed itself. */
export function spawnBound(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], options);
  const forget = atEnd(() => child.kill('SIGKILL'));
  child.on('exit', forget);
  return child;
}

/** Runs a command to its end. @throws its last words */
export async function runBound(command: string, args: readonly string[]): Promise<void> {
  const child = spawnBound(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      words = `${words}${data}`.slice(-2000);
    });
  }
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0)
    throw new Error(`${command}: ${status}: ${words.trim().split('\n').slice(-8).join('\n')}`);
}

let watching = false;

/** Signals are taken as an order to end; the last action added is the first performed. */
function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const action of [...actions].reverse()) action();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
}
