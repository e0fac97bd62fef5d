/** The table of docs/security.md: what the battery has found, runtime beside runtime. */
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Attack, Verdict } from '../../test/battery/attack.ts';
import { families } from '../../test/battery/attacks.ts';
import { inRoot } from '../build/paths.ts';
import { type BatteryResult, count } from './run.ts';

const PAGE = inRoot('docs/security.md');
const BEGIN = '<!-- written by: npm run battery -- --page -->';
const END = '<!-- end of what is written -->';

export function writePage(results: readonly BatteryResult[], races: number): void {
  const page = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? '\n';
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${section(results, races)}\n${END}${after}`);
}

function section(results: readonly BatteryResult[], races: number): string {
  const who = process.getuid?.() === 0 ? 'root' : 'an ordinary user';
  const lines = [
    `As ${who}, on Linux ${release()}, ${new Date().toISOString().slice(0, 10)}; ${races} containers in each race.`,
    '',
    `| | ${results.map(({ version }) => shortVersion(version)).join(' | ')} |`,
    `|---|${results.map(() => '---|').join('')}`,
    ...Object.entries(families).flatMap(([family, attacks]) => [
      `| **${family}** |${results.map(() => ' |').join('')}`,
      ...attacks.map((attack) => row(attack, results)),
    ]),
    `| held, of those that apply | ${results.map(total).join(' | ')} |`,
    '',
  ];
  return lines.join('\n');
}

function row({ claim, cve }: Attack, results: readonly BatteryResult[]): string {
  const name = cve === undefined ? claim : `${claim} (${cve})`;
  const cells = results.map(({ verdicts }) => cell(verdicts.get(claim)));
  return `| ${escaped(name)} | ${cells.join(' | ')} |`;
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  if (verdict.kind === 'held') return 'held';
  const note = escaped(
    verdict.note
      .replaceAll(/\S*tsrun-test-\S*/g, '…')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
  return verdict.kind === 'breached' ? `**no**: ${note}` : `– ${note}`;
}

function total({ verdicts }: BatteryResult): string {
  const held = count(verdicts, 'held');
  return `${held} of ${held + count(verdicts, 'breached')}`;
}

function shortVersion(version: string): string {
  return version.replace(' version', '');
}

function escaped(text: string): string {
  return text.replaceAll(/[|`[\]<>*]/g, '\\$&');
}
