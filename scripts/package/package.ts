/** The packages: what is made, in which order. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../build/build.ts';
import { type Arch, dist, hostArch } from '../build/paths.ts';
import { archive } from './archive.ts';
import { assertNoBuildPaths } from './build-paths.ts';
import type { Compression } from './compression.ts';
import { type Built, installedFiles } from './contents.ts';
import { debianPackage } from './debian.ts';
import { writeFiles } from './files.ts';
import { nodePackage } from './node-package.ts';
import { licenceTexts } from './notices.ts';
import { buildFor } from './other-processor.ts';
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

export interface PackageOptions {
  /** What of these packages is there already is replaced. */
  readonly output: string;
  readonly compression: Compression;
  /** Whose executable is packaged; this machine's unless stated. */
  readonly arch?: Arch;
}

/** Builds, and makes all packages. */
export async function makePackages({
  output,
  compression,
  arch = hostArch(),
}: PackageOptions): Promise<Packages> {
  await build();
  mkdirSync(output, { recursive: true });
  const what = release(arch);
  const files = await installedFiles(what, arch === hostArch() ? builtHere() : buildFor(arch));
  const directory = `tsrun-${what.version}-linux-${arch}`;
  writeFiles(join(output, directory), [...files, ...licenceTexts()], what.epoch);
  assertNoBuildPaths(join(output, directory));
  const made = {
    directory,
    archive: archive(output, directory, compression),
    debian: debianPackage(output, what, files, compression),
    node: await nodePackage(output, what),
  };
  writeSums(output);
  return made;
}

function builtHere(): Built {
  const engine = join(dist, 'engine/tsrun-bun');
  if (!existsSync(engine))
    throw new Error('there is no Bun for this machine, and packages run on nothing else');
  return { engine, koffi: join(dist, 'engine/koffi.node') };
}

/** Of all packages there, for `sha256sum --check`. */
function writeSums(output: string): void {
  const sum = (name: string) =>
    createHash('sha256')
      .update(readFileSync(join(output, name)))
      .digest('hex');
  const names = readdirSync(output).filter((name) => /\.(deb|tgz|tar\.\w+)$/.test(name));
  writeFileSync(
    join(output, 'SHA256SUMS'),
    names
      .sort()
      .map((name) => `${sum(name)}  ${name}\n`)
      .join(''),
  );
}
