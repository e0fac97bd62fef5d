/** `--pid-file`: written whole or not at all, a decimal number without a newline, as engines read it. */

import { basename, dirname, join } from 'node:path';
import { renameSync, writeFileSync } from '../kernel/file-system.ts';

export function writePidFile(path: string, pid: number): void {
  const temporary = join(dirname(path), `.${basename(path)}`);
  writeFileSync(temporary, String(pid), { mode: 0o644 });
  renameSync(temporary, path);
}
