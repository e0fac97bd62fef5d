/**
 * `npm run build`: the sources become `dist/` and `bin/tsrun`. Nothing is done when nothing has changed.
 *
 * dist/bin/     tsrun (the executable), tsrun-node (a command), for tests and measurements
 * dist/node/    the program for Node
 * dist/engine/  node (the toolchain's), koffi.node
 * bin/tsrun     the executable; without a compiler, a command that runs on Node
 */
import { build } from './build/build.ts';

try {
  await build();
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
