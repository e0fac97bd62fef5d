/** The packages: what is made, in which order. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../build/build.ts';
import { dist, hostArch } from '../build/paths.ts';
import { archive } from './archive.ts';
import { assertNoBuildPaths } from './build-paths.ts';
import type { Compression } from './compression.ts';
import { installedFiles } from './contents.ts';
import { debianPackage } from './debian.ts';
import { writeFiles } from './files.ts';
import { nodePackage } from './node-package.ts';
import { licenceTexts } from './notices.ts';
import { release } from './release.ts';

/** What there is in the output directory, by name. */
export interface Packages {
  /** The directory that runs anywhere. */
  readonly directory: string;
  readonly archive: string;
  readonly debian: string;
  /** For npm. */
  readonly node: string;
}

/**
 * Builds, and makes all packages for this machine's architecture.
 *
 * @param output a directory; what it holds is replaced
 */
export async function makePackages(output: string, compression: Compression): Promise<Packages> {
  build();
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const arch = hostArch();
  const what = release(arch);
  const built = { engine: join(dist, 'engine/tsrun-bun'), koffi: join(dist, 'engine/koffi.node') };
  const files = await installedFiles(what, built);
  const directory = `tsrun-${what.version}-linux-${arch}`;
  writeFiles(join(output, directory), [...files, ...licenceTexts()], what.epoch);
  assertNoBuildPaths(join(output, directory));
  const made = {
    directory,
    archive: archive(output, directory, compression),
    debian: debianPackage(output, what, files, compression),
    node: nodePackage(output, what),
  };
  writeSums(output, [made.archive, made.debian, made.node]);
  return made;
}

/** For `sha256sum --check`. */
function writeSums(output: string, names: readonly string[]): void {
  const sum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(output, name)))
      .digest('hex');
  const lines = [...names].sort().map((name) => `${sum(name)}  ${name}\n`);
  writeFileSync(join(output, 'SHA256SUMS'), lines.join(''));
}
