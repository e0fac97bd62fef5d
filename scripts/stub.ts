/**
 * `npm run stub`: the init stub (`src/native/stub.c`) becomes the bytes that are checked in as
 * `src/init/stub-bytes.ts`, so that neither build nor use needs a compiler for it.
 */
import { writeFileSync } from 'node:fs';
import { missingGcc } from './build/compiler.ts';
import { architectures, inRoot } from './build/paths.ts';
import { bytesFile, renderBytes } from './stub/bytes-file.ts';

const missing = architectures.flatMap((arch) => missingGcc(arch) ?? []);
for (const message of missing) console.error(`tsrun: ${message}`);
if (missing.length > 0) process.exitCode = 1;
else {
  writeFileSync(inRoot(bytesFile), renderBytes());
  console.error(`wrote ${bytesFile}`);
}
