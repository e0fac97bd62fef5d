/** Writes generated code. */
import { readFileSync, writeFileSync } from 'node:fs';

/** Leaves a file alone that says the same already. */
export function writeIfChanged(file: string, text: string): void {
  let old: string | undefined;
  try {
    old = readFileSync(file, 'utf8');
  } catch {
    // Not there yet.
  }
  if (old !== text) writeFileSync(file, text);
}
