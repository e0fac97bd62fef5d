/** What a package contains that others have written: packages in a bundle, and libraries in the executable. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { compilerFor } from '../build/compiler.ts';
import { libseccompVersion, quickjsVersion, staticLibraries } from '../build/debian-libraries.ts';
import { inputsFile } from '../build/executable.ts';
import { type Arch, inRoot } from '../build/paths.ts';

export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

/** What the executable is linked with, as it was built on this machine. */
export function linkedLibraries(arch: Arch): Component[] {
  const { gcc, libc } = compilerFor(arch);
  const { copyrights } = staticLibraries(arch);
  const text = (path: string) => readFileSync(path, 'utf8').trim();
  const own = (name: string) => text(inRoot('packaging/licences', name));
  return [
    { name: 'QuickJS', version: quickjsVersion, licence: 'MIT', text: text(copyrights.quickjs) },
    {
      name: 'libseccomp',
      version: libseccompVersion,
      licence: 'LGPL-2.1-only',
      text: text(copyrights.libseccomp),
    },
    {
      name: 'GNU C Library',
      version: glibcVersion(libc),
      licence: 'LGPL-2.1-or-later',
      text: own('glibc.txt'),
    },
    {
      name: "GCC's libgcc",
      version: spawnSync(gcc, ['-dumpfullversion'], { encoding: 'utf8' }).stdout.trim(),
      licence: 'GPL-3.0-or-later WITH GCC-exception-3.1',
      text: own('libgcc.txt'),
    },
  ];
}

/** The library says it of itself: `GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.` */
function glibcVersion(archive: string): string {
  const [, distributor, version] =
    /GNU C Library \(([^)]*)\) \w+ release version ([\d.]+)\./.exec(readFileSync(archive, 'latin1')) ?? [];
  if (version === undefined)
    throw new Error(`"${archive}" is not the GNU C Library, or is of unknown version`);
  return `${version} (${distributor})`;
}

/** The packages in the executable, by the bundler's own list of what it has taken. */
export function packagesInExecutable(): Component[] {
  return packagesIn(JSON.parse(readFileSync(inputsFile, 'utf8')));
}

/** The packages in a bundle. @param metafile what the bundler says of it */
export function packagesIn(metafile: Pick<Metafile, 'inputs'>): Component[] {
  return folders(metafile).sort().map(component);
}

/** Relative to the clone. */
function folders({ inputs }: Pick<Metafile, 'inputs'>): string[] {
  const found = Object.keys(inputs)
    .map((path) => /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(found)];
}

/** @throws if a package comes without the text of its licence: it may not be given away so */
function component(path: string): Component {
  const folder = inRoot(path);
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = licenceFiles(folder).map((file) => unixText(join(folder, file)));
  if (texts.length === 0 || typeof license !== 'string') {
    throw new Error(`the package "${path}" is in the program and has no licence: look for its text`);
  }
  return { name, version, licence: license, text: texts.join('\n\n') };
}

function licenceFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice)[^/]*$/i.test(name))
    .sort();
}

/** Some packages end lines as Windows does. */
function unixText(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
}
