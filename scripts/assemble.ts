/**
 * `npm run assemble`: the assembly sources become the byte arrays that are checked in beside them
 * (`src/launcher/bytes.ts`, `src/kernel/addon/bytes.ts`), so that neither build nor use needs an assembler.
 */
import { writeFileSync } from 'node:fs';
import { programs, render } from './assemble/programs.ts';
import { inRoot } from './build/paths.ts';

for (const program of programs) {
  writeFileSync(inRoot(program.bytes), render(program));
  console.error(`wrote ${program.bytes}`);
}
