/** Runs a tool of the toolchain under the toolchain's Node, whatever Node the machine has. */
import { spawnSync } from 'node:child_process';
import { inRoot, root } from './paths.ts';

/** Returns the tool's exit status; its output goes to ours. */
export function runTool(name: string, args: readonly string[]): number {
  const { status } = spawnSync(process.execPath, [inRoot('node_modules/.bin', name), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status ?? 1;
}
