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
  ['dbus'],
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

  test('loads late what a command may do without, and nothing else', () => {
    const users = files.filter((file) => /\bimport\(/.test(readFileSync(join(source, file), 'utf8')));
    expect(users.filter((file) => !file.startsWith('cli/commands/')).toSorted()).toEqual([
      ...['cli/explain.ts', 'cli/help-text.ts', 'cli/parse-command.ts', 'cli/program.ts'],
      // The validators, for `--process` alone.
      'container/exec-process.ts',
    ]);
  });

  test('measures time by a clock that cannot be set', () => {
    const users = files.filter((file) => /\bDate\.now\b/.test(readFileSync(join(source, file), 'utf8')));
    expect(users).toEqual([]);
  });

  test('uses nothing that only some JS runtimes have', () => {
    const uses = files.filter((file) => !file.startsWith('kernel/js-runtime/')).flatMap(specialsIn);
    expect(uses).toEqual([]);
  });
});

/** What QuickJS 2025-04-26 lacks. A `process` may also be one of a configuration, with args, cwd and env. */
const SPECIAL = [
  /\bnode:\w+/,
  /\bprocess\.(?:argv|arch|dlopen|e?gid|execArgv|execPath|exit\w*|get\w+|hrtime|kill|memory\w+|nextTick|off|on|once)\b/,
  /\bprocess\.(?:pid|platform|ppid|std\w+|umask|versions?)\b|\bprocess\.(?:cwd\(|env\.|env\[)/,
  /\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bconsole\.(?:debug|error|info|log|warn)\b/,
  /\b(?:performance|Atomics|crypto|Intl|WebAssembly)\.|\b(?:SharedArrayBuffer|structuredClone|import\.meta)\b/,
  /\bnew (?:AbortController|TextDecoder|TextEncoder|URL|Worker)\b/,
  /\bJSON\.(?:isRawJSON|rawJSON)\b|\b(?:Array\.fromAsync|Map\.groupBy|Object\.groupBy|Promise\.try)\b/,
  /\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(/,
  // Iterators have none of the methods that arrays have.
  /\.(?:(?:entries|keys|values)\(\)|matchAll\([^\n]*\))\s*\.(?:drop|every|filter|find|flatMap|forEach|map|reduce|some|take|toArray)\(/,
];

function specialsIn(file: string): string[] {
  const code = readFileSync(join(source, file), 'utf8').replaceAll(/^\s*(?:\/\*\*|\*|\/\/).*$/gm, '');
  return SPECIAL.flatMap((pattern) => code.match(pattern)?.[0] ?? []).map((found) => `${file}: ${found}`);
}

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
