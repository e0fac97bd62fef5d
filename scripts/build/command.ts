/** Other people's programs, quietly: what they say is only of interest when they fail. */
import { spawnSync } from 'node:child_process';

/** Runs a command to its end. @throws its last words */
export function command(name: string, args: readonly string[], cwd: string, env = process.env): void {
  const { status, error, stderr, stdout } = spawnSync(name, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
    timeout: 600_000,
  });
  if (status === 0) return;
  const words = `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${name} ${args.join(' ')}: ${error?.message ?? words}`);
}
