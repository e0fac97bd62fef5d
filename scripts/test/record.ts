/** Keeps the last result of each part of `npm run test:all` in docs/test-results.md, to be committed. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { inRoot } from '../build/paths.ts';
import { type Part, parts } from './parts.ts';
import type { Tally } from './runs.ts';

export interface PartResult {
  readonly part: Part;
  readonly tally: Tally;
  readonly milliseconds: number;
  readonly commit: string;
}

const page = inRoot('docs/test-results.md');

/** What is tested; asked before the tests, which write to the clone. */
export function testedCommit(): string {
  return line('git', ['-C', inRoot('.'), 'describe', '--always', '--dirty']);
}

export function record(result: PartResult): void {
  const kept = existsSync(page) ? readFileSync(page, 'utf8') : '';
  writeFileSync(page, recordText(kept, result, versions(), new Date()));
}

/** @param kept the page so far: the other parts' lines stay @param versions where the part has run */
export function recordText(kept: string, result: PartResult, versions: string, date: Date): string {
  const old = kept.split('\n');
  const lines = parts.map((part) =>
    part.name === result.part.name ? row(result, date) : old.find((text) => text.startsWith(placeOf(part))),
  );
  const rows = lines.filter((text) => text !== undefined);
  return [
    '# The last test results',
    '',
    'Written by `npm run test:all`, each part when it is over. What is skipped, and why, is printed by the run.',
    '',
    '| part | passed | failed | skipped | minutes | date | commit |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    `| all | ${[1, 2, 3, 4].map((column) => sum(rows, column)).join(' | ')} | | |`,
    '',
    `The last one ran ${versions}.`,
    '',
  ].join('\n');
}

/** The beginning of a part's line. */
function placeOf({ title }: Part): string {
  return `| ${title} |`;
}

function row({ part, tally, milliseconds, commit }: PartResult, date: Date): string {
  const { passed, failed, skipped } = tally;
  const minutes = Math.ceil(milliseconds / 60_000);
  return `${placeOf(part)} ${[passed, failed, skipped, minutes, date.toISOString().slice(0, 10), commit].join(' | ')} |`;
}

function sum(rows: readonly string[], column: number): number {
  return rows.reduce((total, text) => total + Number(text.split(' | ')[column]), 0);
}

function versions(): string {
  const who =
    process.getuid?.() === 0
      ? 'root, and ordinary users with and without subordinate ids'
      : 'an ordinary user';
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  return [
    `as ${who}, on Linux ${release()}`,
    system,
    `Node ${process.version.slice(1)}`,
    `QuickJS ${line(inRoot('bin/tsrun'), ['--version'], /^quickjs: (.*)$/m)}`,
    `runc ${line('runc', ['--version'], /version (.*)/)}`,
    `crun ${line('crun', ['--version'], /version (.*)/)}`,
  ].join(', ');
}

function line(command: string, args: readonly string[], pattern = /(.*)/): string {
  try {
    return pattern.exec(execFileSync(command, args, { encoding: 'utf8' }))?.[1] ?? 'unknown';
  } catch {
    return 'none';
  }
}
