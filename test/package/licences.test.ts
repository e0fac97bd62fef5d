/** Nothing is given away without its licence. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { inputsFile } from '../../scripts/build/executable.ts';
import { inRoot } from '../../scripts/build/paths.ts';
import { packagesIn } from '../../scripts/package/components.ts';

const packages = inject('packages');
const notices = readFileSync(join(packages.directory, 'share/doc/tsrun/copyright'), 'utf8');
const nodeNotices = spawnSync('tar', ['-xOf', packages.node, 'package/THIRD-PARTY-LICENSES'], {
  encoding: 'utf8',
}).stdout;
const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;

test('every package in the program is named, with the version that is in it and the text of its licence', () => {
  const names = packagesIn(JSON.parse(readFileSync(inputsFile, 'utf8'))).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['yargs', 'pino', '@pinojs/redact']));
  for (const name of names) {
    const { version } = lock[`node_modules/${name}`];
    for (const text of [notices, nodeNotices])
      expect(notice(text, `${name} ${version}`), name).toMatch(
        /Permission is hereby granted|Permission to use, copy, modify|Redistribution and use/i,
      );
  }
});

test.each([
  ['QuickJS', 'MIT', /Fabrice Bellard.*Permission is hereby granted/s],
  ['libseccomp', 'LGPL-2.1-only', /Copyright: 2012 Paul Moore/],
  ['GNU C Library', 'LGPL-2.1-or-later', /Lesser General Public License.*Regents of the University/s],
  ["GCC's libgcc", 'GPL-3.0-or-later WITH GCC-exception-3.1', /GCC Runtime Library Exception/],
])('%s is named, which the executable is linked with', (name, licence, text) => {
  for (const all of [notices, nodeNotices]) {
    const version = new RegExp(`^${name} (\\d.*)$`, 'm').exec(all)?.[1];
    expect(notice(all, `${name} ${version}`)).toMatch(text);
    expect(all).toContain(`\n${name} ${version}\nLicence: ${licence}\n`);
  }
});

test('says how to use other versions of what is under the LGPL', () => {
  for (const text of [notices, nodeNotices]) expect(text).toMatch(/libseccomp\.a.*libc\.a.*npm run build/s);
});

test('the code that validators are generated from leaves nothing of other packages in the program', () => {
  const validators = readFileSync(inRoot('src/spec/validators.generated.js'), 'utf8');
  expect(validators).not.toMatch(/\brequire\(|\bfrom ["']/);
});

/** What is said of a component. */
function notice(text: string, title: string): string {
  return text.split(`\n${title}\nLicence: `)[1]?.split('-'.repeat(78))[0] ?? '';
}
