/** Nothing is given away without its licence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { bunPackages, inputsFile } from '../../scripts/build/bun.ts';
import { inRoot } from '../../scripts/build/paths.ts';
import { bun, bundledPackages } from '../../scripts/package/components.ts';

const notices = readFileSync(join(inject('packages').directory, 'share/doc/tsrun/copyright'), 'utf8');
const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;

test('every package in the program is named, with the version that is in it and the text of its licence', () => {
  const folders = [...bundledPackages(readFileSync(inputsFile, 'utf8')), 'node_modules/koffi'];
  const known = ['yargs', 'y18n', 'pino', '@pinojs/redact'].map((name) => `node_modules/${name}`);
  expect(folders).toEqual(expect.arrayContaining(known));
  for (const folder of folders) {
    const name = folder.split('node_modules/').at(-1);
    const { version } = lock[folder];
    const [, part = ''] = notices.split(`\n${name} ${version}\nLicence: `);
    expect(part.split('-'.repeat(78))[0], folder).toMatch(
      /Permission is hereby granted|Permission to use, copy, modify|Redistribution and use/i,
    );
  }
});

test('the code that validators are generated from leaves nothing of other packages in the program', () => {
  const validators = readFileSync(inRoot('src/spec/validators.generated.js'), 'utf8');
  expect(validators).not.toMatch(/\brequire\(|\bfrom ["']/);
});

test('Bun is named with its libraries, of the version that is in the program', () => {
  const { version, libraries } = bun();
  expect(lock[`node_modules/${bunPackages.x64}`].version).toBe(version);
  expect(notices).toContain(`\nBun ${version}\n`);
  for (const { name, licence } of libraries) expect(notices).toContain(`  ${name}\n    ${licence};`);
});
