/** What a package contains that others have written: the packages in the bundle, koffi's native part, and Bun. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputsFile } from '../build/bun.ts';
import { inRoot } from '../build/paths.ts';

export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  readonly text: string;
}

/** A library in Bun's executable, of which Bun's project names the licence. */
export interface LinkedLibrary {
  readonly name: string;
  readonly licence: string;
  readonly source: string;
}

export interface Engine {
  readonly version: string;
  readonly libraries: readonly LinkedLibrary[];
}

/** Bun, of the version that the list of its libraries was made for. */
export function bun(): Engine {
  return JSON.parse(readFileSync(inRoot('packaging/licences/bun.json'), 'utf8'));
}

/** The packages in the program, by the bundler's own list of what it has taken, and koffi. */
export function components(): Component[] {
  const folders = [...bundledPackages(readFileSync(inputsFile, 'utf8')), 'node_modules/koffi'];
  return folders.sort().map(component);
}

/**
 * Their folders, relative to the clone.
 *
 * @param metafile what the bundler has written
 */
export function bundledPackages(metafile: string): string[] {
  const { inputs }: { inputs: Record<string, unknown> } = JSON.parse(metafile);
  const folders = Object.keys(inputs)
    .map((path) => /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)];
}

/** @throws where a package comes without the text of its licence: it may not be given away so */
function component(path: string): Component {
  const folder = inRoot(path);
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = licenceFiles(folder).map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 || typeof license !== 'string') {
    throw new Error(`the package "${path}" is in the program and has no licence: look where its text is`);
  }
  return { name, version, licence: license, text: texts.join('\n\n') };
}

/** koffi has those of the headers that it is compiled with below `vendor`. */
function licenceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(vendor\/[^/]+\/)?(licen[cs]e|notice)[^/]*$/i.test(path))
    .sort();
}
