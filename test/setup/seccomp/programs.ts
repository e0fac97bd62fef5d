/** The programs of this directory. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Without libraries, so that it makes no other system call than it says. */
const OPTIONS = { probe: ['-nostdlib', '-fno-stack-protector'], agent: [] } as const;

/** Compiles the program, statically linked, to `path`. Needs gcc. */
export function placeProgram(name: keyof typeof OPTIONS, path: string): void {
  const source = join(import.meta.dirname, `${name}.c`);
  const options = ['-O1', '-static', ...OPTIONS[name], '-o', path, source];
  const { status, stderr } = spawnSync('gcc', options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
}
