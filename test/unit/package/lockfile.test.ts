/** package-lock.json decides what is bundled into the program: every package is pinned by the hash of its archive. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const text = readFileSync(join(import.meta.dirname, '../../../package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Entry>> };
/** The entry without a path is this package. */
const installed = Object.entries(packages).filter(([path]) => path !== '');

describe('package-lock.json', () => {
  test('has a version and a SHA-512 hash of every package, also of those for other systems', () => {
    const unpinned = installed.filter(
      ([, { version, integrity = '' }]) => version === undefined || !/^sha512-[\w+/]{86}==$/.test(integrity),
    );
    expect(unpinned.map(([path]) => path)).toEqual([]);
  });

  test('names no registry and no directory of this machine', () => {
    expect(installed.filter(([, { resolved, link }]) => resolved || link).map(([path]) => path)).toEqual([]);
    expect(text).not.toContain('registry');
  });
});
