/** Keeps the result of the last whole run in docs/testing.md, to be committed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../build/paths.ts';
import type { Tally } from '../test/runs.ts';
import { type Guest, outputOf } from './guest.ts';
import type { TestRun } from './tests.ts';

const PAGE = inRoot('docs/testing.md');
const BEGIN = '<!-- written by: npm run test:vm -->';
const END = '<!-- end of what is written -->';

export interface RunResult extends TestRun {
  readonly tally: Tally;
  readonly milliseconds: number;
}

/** @throws where the page has no place for it */
export async function record(guest: Guest, results: readonly RunResult[]): Promise<void> {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`"${BEGIN}" is not in docs/testing.md`);
  const text = recordText(results, await versions(guest), new Date());
  writeFileSync(PAGE, `${before}${BEGIN}\n${text}\n${END}${after}`);
}

/** @param versions what was tested, and on what */
export function recordText(results: readonly RunResult[], versions: string, date: Date): string {
  const minutes = Math.round(results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 60_000);
  return [
    `The last whole run, on ${date.toISOString().slice(0, 10)}, took ${minutes} minutes: ${versions}.`,
    '',
    '| as | cgroup manager | engine | test files | passed | failed | skipped |',
    '|---|---|---|---|---|---|---|',
    ...results.map(row),
  ].join('\n');
}

function row({ account, manager, engine, files, tally }: RunResult): string {
  const { passed, failed, skipped } = tally;
  const cells = [account, manager, engine === 'bun' ? 'Bun' : 'Node', files.join(', ') || 'all'];
  return `| ${[...cells, passed, failed, skipped].join(' | ')} |`;
}

async function versions(guest: Guest): Promise<string> {
  const script = `
    dist/bin/tsrun-bun --version | sed -n 's/^commit: /tsrun /p'
    echo "Linux $(uname -r)"
    systemctl --version | sed -n 's/^systemd \\([0-9.]*\\).*/systemd \\1/p'
    runc --version | sed -n 's/^runc version /runc /p'
    crun --version | sed -n 's/^crun version /crun /p'`;
  const lines = (await outputOf(guest, 'root', script)).trim().split('\n');
  const { emulator, accelerator } = guest;
  return [...lines, `QEMU ${emulator} (${accelerator === 'kvm' ? 'KVM' : 'software emulation'})`].join(', ');
}
