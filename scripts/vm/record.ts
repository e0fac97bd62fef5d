/** Keeps the last result of each whole run in docs/testing.md, to be committed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../build/paths.ts';
import type { Tally } from '../test/runs.ts';
import { type Guest, outputOf } from './guest.ts';
import { wholeRuns } from './runs.ts';
import type { TestRun } from './tests.ts';

const PAGE = inRoot('docs/testing.md');
const BEGIN = '<!-- written by: npm run test:vm -->';
const END = '<!-- end of what is written -->';

export interface RunResult extends TestRun {
  readonly tally: Tally;
  readonly milliseconds: number;
}

/** Runs that the command line has cut short are not kept. @throws where the page has no place for it */
export async function record(guest: Guest, result: RunResult): Promise<void> {
  if (!wholeRuns.some((run) => placeOf(run) === placeOf(result))) return;
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const [kept, after] = rest?.split(END) ?? [];
  if (before === undefined || kept === undefined || after === undefined)
    throw new Error(`"${BEGIN}" is not in docs/testing.md`);
  const text = recordText(kept, result, await versions(guest), new Date());
  writeFileSync(PAGE, `${before}${BEGIN}\n${text}\n${END}${after}`);
}

/**
 * @param kept the text so far: the other runs' lines stay
 * @param versions what was tested, and on what
 */
export function recordText(kept: string, result: RunResult, versions: string, date: Date): string {
  const lines = wholeRuns.map((run) => {
    const place = placeOf(run);
    return place === placeOf(result)
      ? row(result, date)
      : kept.split('\n').find((line) => line.startsWith(place));
  });
  return [
    '| as | cgroup manager | JS runtime | test files | passed | failed | skipped | minutes | date |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines.filter((line) => line !== undefined),
    '',
    `The last one was of ${versions}.`,
  ].join('\n');
}

/** The beginning of a run's line. */
function placeOf({ account, manager, jsRuntime, files }: TestRun): string {
  return `| ${[account, manager, jsRuntime === 'quickjs' ? 'QuickJS' : 'Node', files.join(', ') || 'all'].join(' | ')} |`;
}

function row(result: RunResult, date: Date): string {
  const { passed, failed, skipped } = result.tally;
  const minutes = Math.ceil(result.milliseconds / 60_000);
  return `${placeOf(result)} ${[passed, failed, skipped, minutes, date.toISOString().slice(0, 10)].join(' | ')} |`;
}

async function versions(guest: Guest): Promise<string> {
  const script = `
    dist/bin/tsrun --version | sed -n 's/^commit: /tsrun /p'
    echo "Linux $(uname -r)"
    systemctl --version | sed -n 's/^systemd \\([0-9.]*\\).*/systemd \\1/p'
    runc --version | sed -n 's/^runc version /runc /p'
    crun --version | sed -n 's/^crun version /crun /p'`;
  const lines = (await outputOf(guest, 'root', script)).trim().split('\n');
  const { emulator, accelerator } = guest;
  return [...lines, `QEMU ${emulator} (${accelerator === 'kvm' ? 'KVM' : 'software emulation'})`].join(', ');
}
