/** The program for Node: CommonJS, because loading the first ES module costs Node 2.5 ms and 3 MB. */
import { copyFileSync, linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { dist, hostArch, inRoot } from './paths.ts';

/** Stands for `import.meta.url`, which CommonJS does not have. */
const moduleUrl = 'tsrunModuleUrl';

/** Makes `dist/node/`, `dist/engine/node` and `dist/engine/koffi.node`. */
export async function bundleForNode(entry: string, commit: string): Promise<void> {
  const staging = join(dist, 'node.new');
  await bundle({
    entry,
    folder: staging,
    format: 'cjs',
    define: { TSRUN_COMMIT: JSON.stringify(commit), 'import.meta.url': moduleUrl },
    // Not node:url, whose loading costs as much as all this.
    intro: `const ${moduleUrl}="file://"+__filename.split("/").map(encodeURIComponent).join("/");`,
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
