/** The programs of this directory, compiled once for each run of the tests. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tsrun-seccomp-programs-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const compiled = new Set<string>();

/** Puts the program, without libraries, at `path`. Needs gcc. */
export function placeProgram(name: 'probe', path: string): void {
  const made = join(folder, name);
  if (!compiled.has(name)) compile(join(import.meta.dirname, `${name}.c`), made);
  compiled.add(name);
  copyFileSync(made, path);
}

function compile(source: string, to: string): void {
  const options = ['-O1', '-static', '-nostdlib', '-fno-stack-protector', '-o', to, source];
  const { status, stderr } = spawnSync('gcc', options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
}
