/** The program for Node: bundled with esbuild, split so that rarely used parts are loaded when needed. */
import { copyFileSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { dist, hostArch, inRoot } from './paths.ts';

/** Makes `dist/node/`, `dist/engine/node` and `dist/engine/koffi.node`. */
export function bundleForNode(entry: string, commit: string): void {
  const staging = join(dist, 'node.new');
  rmSync(staging, { recursive: true, force: true });
  buildSync({
    entryPoints: { main: entry },
    outdir: staging,
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // CommonJS packages (pino, ajv's helpers) call require(), which an ES module does not have.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    define: { TSRUN_COMMIT: JSON.stringify(commit) },
    logLevel: 'silent',
  });
  rmSync(join(dist, 'node'), { recursive: true, force: true });
  renameSync(staging, join(dist, 'node'));
  const arch = hostArch();
  provide(inRoot('node_modules', `node-linux-${arch}`, 'bin/node'), join(dist, 'engine/node'));
  provide(
    inRoot('node_modules', `@koromix/koffi-linux-${arch}`, `linux_${arch}`, 'koffi.node'),
    join(dist, 'engine/koffi.node'),
  );
}

/** A hard link where the file system allows it (100 MB saved), else a copy; never a half-written file. */
function provide(source: string, target: string): void {
  const staging = `${target}.new`;
  rmSync(staging, { force: true });
  try {
    linkSync(source, staging);
  } catch {
    copyFileSync(source, staging);
  }
  renameSync(staging, target);
}
