/** The programs of this directory, compiled once for each run of the tests. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tsrun-seccomp-programs-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const compiled = new Set<string>();

/** Without libraries, so that it makes no other system call than it says. */
const OPTIONS = { probe: ['-nostdlib', '-fno-stack-protector'], agent: [] } as const;

/** Puts the program, statically linked, at `path`. Needs gcc. */
export function placeProgram(name: keyof typeof OPTIONS, path: string): void {
  const made = join(folder, name);
  if (!compiled.has(name)) compile(name, made);
  compiled.add(name);
  copyFileSync(made, path);
}

function compile(name: keyof typeof OPTIONS, to: string): void {
  const source = join(import.meta.dirname, `${name}.c`);
  const options = ['-O1', '-static', ...OPTIONS[name], '-o', to, source];
  const { status, stderr } = spawnSync('gcc', options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
}
