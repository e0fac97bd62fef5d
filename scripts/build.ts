/**
 * `npm run build`: the sources become `dist/` and `bin/tsrun`. Nothing is done when nothing has changed.
 *
 * dist/engine/  tsrun-bun (compiled program), node (the toolchain's), koffi.node
 * dist/node/    the program for Node
 * dist/bin/     tsrun-bun, tsrun-node: launchers with the engine fixed, for tests and measurements
 * bin/tsrun     the launcher, with the engines in order of preference
 */
import { build } from './build/build.ts';

try {
  build();
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
