/**
 * `npm run package`: what is installed elsewhere, in dist/package/.
 *
 *     npm run package
 *     npm run package -- --arch arm64     # for another processor
 *     npm run package -- --output DIR
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dist, hostArch } from './build/paths.ts';
import { makePackages } from './package/package.ts';

try {
  const { values } = parseArgs({ options: { arch: { type: 'string' }, output: { type: 'string' } } });
  const { arch = hostArch() } = values;
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`unknown architecture "${arch}": x64 or arm64`);
  const output = resolve(values.output ?? join(dist, 'package'));
  const { directory, ...files } = await makePackages({ output, arch });
  console.log(join(output, directory));
  for (const name of Object.values(files)) {
    const file = join(output, name);
    console.log(`${file}  ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  }
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
