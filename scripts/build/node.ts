/**
 * The program for Node: split, so that rarely used parts are loaded when needed, and CommonJS, because loading
 * the first ES module costs Node 2.5 ms and 3 MB. esbuild splits only ES modules, so it works in two passes.
 */
import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, transformSync } from 'esbuild';
import { asJson, definitions } from './definitions.ts';
import { dist, hostArch, inRoot, root } from './paths.ts';
import { yargsForBrowsers } from './yargs-browser.ts';

/** Stands for `import.meta.url`, which CommonJS does not have. */
const moduleUrl = 'tsrunModuleUrl';

/** Makes `dist/node/`, `dist/engine/node` and `dist/engine/koffi.node`. */
export async function bundleForNode(commit: string): Promise<void> {
  const staging = join(dist, 'node.new');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  const { files } = await nodeBundle({ main: inRoot('src/cli/start-node.ts') }, commit);
  for (const { name, code } of files) writeFileSync(join(staging, name), code);
  rmSync(join(dist, 'node'), { recursive: true, force: true });
  renameSync(staging, join(dist, 'node'));
  const arch = hostArch();
  provide(inRoot('node_modules', `node-linux-${arch}`, 'bin/node'), join(dist, 'engine/node'));
  provide(
    inRoot('node_modules', `@koromix/koffi-linux-${arch}`, `linux_${arch}`, 'koffi.node'),
    join(dist, 'engine/koffi.node'),
  );
}

export interface NodeBundle {
  readonly files: readonly { readonly name: string; readonly code: string }[];
  /** What is in them, by esbuild. */
  readonly metafile: Metafile;
}

/** @param entries by the name, without `.cjs`, that each gets */
export async function nodeBundle(entries: Record<string, string>, commit: string): Promise<NodeBundle> {
  const { outputFiles, metafile } = await bundle(entries, commit);
  const files = outputFiles.map(({ path, text }) => ({ name: basename(path), code: toCommonJs(text) }));
  return { files, metafile };
}

async function bundle(entries: Record<string, string>, commit: string) {
  return build({
    entryPoints: entries,
    // Names of chunks depend on it.
    absWorkingDir: root,
    outdir: 'memory',
    write: false,
    metafile: true,
    outExtension: { '.js': '.cjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    // What packages have for CommonJS may be UMD, whose require() esbuild does not see (jsonc-parser).
    mainFields: ['module', 'main'],
    target: 'node22',
    format: 'esm',
    define: { ...asJson(await definitions(commit)), 'import.meta.url': moduleUrl },
    plugins: [yargsForBrowsers],
    logLevel: 'silent',
  });
}

function toCommonJs(code: string): string {
  const { code: converted } = transformSync(code, {
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minify: true,
    supported: { 'dynamic-import': false }, // import() becomes a promise of require()
  });
  if (!converted.includes(moduleUrl)) return converted;
  return `const ${moduleUrl}=require("node:url").pathToFileURL(__filename).href;${converted}`;
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
  // rename(2) does nothing where both are the same file already.
  rmSync(staging, { force: true });
}
