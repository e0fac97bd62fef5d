/** How much memory a runtime's processes take, read while its container runs. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { minimalEnvironment } from './execute.ts';
import { patience } from './patience.ts';

export interface Peak {
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes: the most that one of the runtime's processes, or of the container's, has had at a time. */
  readonly peak: number;
}

/**
 * Runs a container whose process writes some lines and then waits for its standard input to end.
 *
 * @param lines how many it writes
 */
export async function peakMemory(program: string, args: readonly string[], lines: number): Promise<Peak> {
  const child = spawn(program, args, { env: minimalEnvironment(), timeout: patience(120_000) });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (data: Buffer) => {
      output[name] += data.toString();
    });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const isReady = () => output.stdout.split('\n').length > lines;
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, highWaterMark(child.pid ?? 0));
    if (isReady()) child.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await ended;
  return { ...output, peak };
}

/** Of a process and its descendants, whichever has the most. */
function highWaterMark(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const own = Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    return Math.max(own, ...childrenOf(pid).map(highWaterMark));
  } catch {
    // It has ended.
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
  );
}
