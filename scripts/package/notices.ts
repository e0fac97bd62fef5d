/** The licences of everything in a package, as one text: its own first, then those of others. */
import { readFileSync } from 'node:fs';
import { type Arch, inRoot } from '../build/paths.ts';
import { type Component, linkedLibraries, packagesInExecutable } from './components.ts';
import type { PackageFile } from './files.ts';

const RULE = '-'.repeat(78);

const OWN = `tsrun
Copyright: the authors of tsrun
Licence: Apache-2.0, in the file LICENSE; on Debian systems /usr/share/common-licenses/Apache-2.0

This package contains software that others have written. What follows says what it is, and under which terms they
give it.
`;

/** The notices of what is in the executable. */
export function executableNotices(arch: Arch): string {
  return text(executableComponents([arch]));
}

/**
 * The notices of the package for Node. koffi is not in it: npm installs it beside the package.
 *
 * @param executables those that are in it
 * @param bundled the packages in the program for Node
 */
export function nodeNotices(executables: readonly Arch[], bundled: readonly Component[]): string {
  return text([...executableComponents(executables), ...bundled]);
}

/** The texts of licences that apply by reference. */
export function licenceTexts(): PackageFile[] {
  return [
    { path: 'LICENSE', content: readFileSync(inRoot('LICENSE'), 'utf8') },
    { path: 'share/doc/tsrun/LGPL-2.1.txt', content: lesserLicence() },
  ];
}

export function lesserLicence(): string {
  return readFileSync(inRoot('packaging/licences/LGPL-2.1.txt'), 'utf8');
}

function executableComponents(executables: readonly Arch[]): Component[] {
  return executables.length === 0 ? [] : [...executables.flatMap(linkedLibraries), ...packagesInExecutable()];
}

function text(components: readonly Component[]): string {
  const isLinked = components.some(({ licence }) => licence.startsWith('LGPL'));
  const relinking = readFileSync(inRoot('packaging/licences/relinking.txt'), 'utf8');
  // Executables of two processors have most of it in common.
  const notices = new Set(components.map(notice));
  return [OWN, ...(isLinked ? [relinking] : []), ...notices].join(`\n${RULE}\n\n`);
}

function notice({ name, version, licence, text }: Component): string {
  return `${name} ${version}\nLicence: ${licence}\n\n${text}\n`;
}
