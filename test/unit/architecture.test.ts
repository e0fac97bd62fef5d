/** The rooms of ARCHITECTURE.md: which folder may import which, no cycles between files, koffi in one place. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');

/** From the top to the bottom: a folder imports from its own row and from those below. */
const rows = [
  ['library'],
  ['cli'],
  ['container'],
  ['plan'],
  ['rootfs', 'namespaces', 'cgroups', 'resctrl', 'process', 'hooks', 'seccomp'],
  ['spec'],
  ['host'],
  ['init'],
  ['log'],
  ['kernel'],
  ['errors'],
];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const imports = files.flatMap(importsOf);

describe('the source', () => {
  test('imports downwards only', () => {
    const upwards = imports.filter(({ from, to }) => rowOf(to) < rowOf(from));
    expect(upwards.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('has no cycles', () => {
    expect(cycles()).toEqual([]);
  });

  test('knows koffi in src/kernel/js-runtime/koffi.ts alone', () => {
    const users = files.filter((file) =>
      /['"]koffi|koffi\.node/.test(readFileSync(join(source, file), 'utf8')),
    );
    expect(users).toEqual(['kernel/js-runtime/koffi.ts']);
  });

  test('takes node:fs, which costs a millisecond, where no millisecond counts', () => {
    const users = files.filter((file) => /from 'node:fs'/.test(readFileSync(join(source, file), 'utf8')));
    expect(users.filter((file) => !nodeFileSystemUsers.includes(file))).toEqual([]);
  });
});

/** Rare commands, failures, and what runs while the container does; `npm run bench` shows the others. */
const nodeFileSystemUsers = [
  'cli/commands/spec.ts',
  'cli/commands/update.ts',
  'container/list.ts',
  'spec/place-of.ts',
  'kernel/js-runtime/koffi.ts',
  'kernel/js-runtime/node-libseccomp.ts',
];

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const statements = text.matchAll(/(?:import|export)\s+(type\s)?[^;'"]*?from\s+'(\.[^']+\.ts)'/g);
  return [...statements].map(([, type, path = '']) => ({
    from: file,
    to: relative(source, resolve(source, dirname(file), path)),
    typeOnly: type !== undefined,
  }));
}

function rowOf(file: string): number {
  const folder = file.split('/')[0] ?? '';
  const row = rows.findIndex((names) => names.includes(folder));
  return row < 0 ? rows.length : row;
}

/** Types are gone when the program runs: they may refer to each other. */
function cycles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
