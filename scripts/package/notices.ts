/** The licences of everything in a package, as one text: its own first, then those of others. */
import { readFileSync } from 'node:fs';
import { inRoot } from '../build/paths.ts';
import { bun, type Component, components, type Engine } from './components.ts';
import type { PackageFile } from './files.ts';

const RULE = '-'.repeat(78);

const OWN = `tsrun
Copyright: the authors of tsrun
Licence: Apache-2.0, in the file LICENSE; on Debian systems /usr/share/common-licenses/Apache-2.0

This package contains software that others have written. What follows says what it is, and under which terms they
give it.
`;

/** The notices of what is in the executable. */
export function executableNotices(): string {
  return [OWN, bunNotice(bun()), ...components().map(notice)].join(`\n${RULE}\n\n`);
}

/** The notices of the package for Node, which brings no engine and gets koffi from npm. */
export function nodeNotices(): string {
  const bundled = components().filter(({ name }) => name !== 'koffi');
  return [OWN, ...bundled.map(notice)].join(`\n${RULE}\n\n`);
}

/** The texts of licences that apply by reference: of tsrun itself, and of what is linked into Bun. */
export function licenceTexts(): PackageFile[] {
  const text = (path: string, source: string) => ({ path, content: readFileSync(inRoot(source), 'utf8') });
  return [
    text('LICENSE', 'LICENSE'),
    ...['LGPL-2.0.txt', 'LGPL-2.1.txt'].map((name) =>
      text(`share/doc/tsrun/${name}`, `packaging/licences/${name}`),
    ),
  ];
}

function notice({ name, version, licence, text }: Component): string {
  return `${name} ${version}\nLicence: ${licence}\n\n${text}\n`;
}

/** LGPL: what is linked statically can be replaced, since Bun can be built anew and tsrun with it. */
function bunNotice({ version, libraries }: Engine): string {
  const rows = libraries.map(({ name, licence, source }) => `  ${name}\n    ${licence}; ${source}\n`);
  return `Bun ${version}
Copyright: Oven and contributors, https://github.com/oven-sh/bun
Licence: MIT

${MIT}
Bun is linked with, or contains, the following. The terms of the LGPL are in /usr/share/common-licenses on Debian
systems and beside this file elsewhere. To use tsrun with a changed JavaScriptCore or tinycc, build Bun as its
repository describes, put it in the place of node_modules/@oven/bun-linux-*/bin/bun of tsrun's sources, and run
"npm run package" there.

${rows.join('')}`;
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
