/** Keeps the result of the last `npm run test:all` in docs/test-results.md, to be committed. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { inRoot } from '../build/paths.ts';
import type { Tally } from './runs.ts';

/** @param milliseconds how long it took */
export function record({ passed, failed, skipped }: Tally, milliseconds: number): void {
  const lines = [
    '# The last full test run',
    '',
    'Written by `npm run test:all`. What is skipped, and why, is printed by the run.',
    '',
    `| | |\n|---|---|`,
    `| result | ${passed} passed, ${failed} failed, ${skipped} skipped |`,
    `| date | ${new Date().toISOString().slice(0, 10)} |`,
    `| took | ${Math.round(milliseconds / 60_000)} minutes |`,
    `| commit | ${line('git', ['-C', inRoot('.'), 'describe', '--always', '--dirty'])} |`,
    `| as | ${process.getuid?.() === 0 ? 'root, and ordinary users with and without subordinate ids' : 'an ordinary user'} |`,
    `| kernel | Linux ${release()} |`,
    `| system | ${/^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown'} |`,
    `| Node | ${process.version} |`,
    `| Bun | ${line(inRoot('bin/tsrun'), ['--version'], /^bun: (.*)$/m)} |`,
    `| runc | ${line('runc', ['--version'], /version (.*)/)} |`,
    `| crun | ${line('crun', ['--version'], /version (.*)/)} |`,
  ];
  writeFileSync(inRoot('docs/test-results.md'), `${lines.join('\n')}\n`);
}

function line(command: string, args: readonly string[], pattern = /(.*)/): string {
  try {
    return pattern.exec(execFileSync(command, args, { encoding: 'utf8' }))?.[1] ?? 'unknown';
  } catch {
    return 'none';
  }
}
