/** Trees of directories as an image may have them: deep, wide, both. */
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Directories in each other: from some depth on, longer than any path may be. */
export function makeDeep(path: string, levels: number, name = 'd'): void {
  const script = `const { mkdirSync } = require('node:fs');
    for (let level = 0; level < ${levels}; level++) { mkdirSync('${name}'); process.chdir('${name}'); }
    require('node:fs').writeFileSync('bottom', 'bottom');`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: path });
  if (status !== 0) throw new Error(stderr.toString());
}

/** On each level many directories, one of which has the next level in it; the others have a file. */
export function makeWide(path: string, { levels, width }: { levels: number; width: number }): void {
  let directory = path;
  for (let level = 0; level < levels; level++) {
    for (let index = 0; index < width; index++) {
      mkdirSync(join(directory, `${index}`));
      writeFileSync(join(directory, `${index}`, 'f'), '');
    }
    directory = join(directory, `${width >> 1}`);
  }
}

/** Empty files, which are links of one: what a copy makes of them is as many files. */
export function makeMany(path: string, count: number): void {
  const first = join(path, '0');
  writeFileSync(first, '');
  for (let index = 1; index < count; index++) linkSync(first, join(path, `${index}`));
}
