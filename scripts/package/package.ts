/** The packages: what is made, in which order. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotBuild } from '../build/compiler.ts';
import { executableFor } from '../build/other-processor.ts';
import { type Arch, architectures, hostArch } from '../build/paths.ts';
import { archive } from './archive.ts';
import { assertNoBuildPaths } from './build-paths.ts';
import { installedFiles } from './contents.ts';
import { debianPackage } from './debian.ts';
import { writeFiles } from './files.ts';
import { type Executables, nodePackage } from './node-package.ts';
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

export interface PackageOptions {
  /** What of these packages is there already is replaced. */
  readonly output: string;
  /** Whose executable is packaged; this machine's unless stated. */
  readonly arch?: Arch;
}

/** Builds, and makes all packages. @throws CannotBuild if there is no executable to put into them */
export async function makePackages({ output, arch = hostArch() }: PackageOptions): Promise<Packages> {
  const executable = await executableFor(arch);
  mkdirSync(output, { recursive: true });
  const what = release(arch);
  const files = await installedFiles(what, executable);
  const directory = `tsrun-${what.version}-linux-${arch}`;
  writeFiles(join(output, directory), [...files, ...licenceTexts()], what.epoch);
  assertNoBuildPaths(join(output, directory));
  const made = {
    directory,
    archive: archive(output, directory),
    debian: debianPackage(output, what, files),
    node: await nodePackage(output, what, await executablesFor(architectures)),
  };
  writeSums(output);
  return made;
}

/** Those that can be built here; the package for Node does without the others. */
async function executablesFor(wanted: readonly Arch[]): Promise<Executables> {
  const found: [Arch, string][] = [];
  for (const arch of wanted) {
    try {
      found.push([arch, await executableFor(arch)]);
    } catch (error) {
      if (!(error instanceof CannotBuild)) throw error;
      console.error(`the package for Node has no executable for ${arch}: ${error.message}`);
    }
  }
  return Object.fromEntries(found);
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
