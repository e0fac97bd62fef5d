/** Tables of results in Markdown that are also readable as they are. */
import { type Measured, type Results, roundsOf, type ScopeResults } from './results.ts';
import { REFERENCE, type RuntimeName, runtimeNames } from './runtime-names.ts';
import { type Row, rows, type ScopeName, scopeNames } from './scenarios.ts';
import { median, pairedRatio, present, quantile } from './statistics.ts';
import type { Verdict } from './verdicts.ts';

/** What a cell is marked with if its runtime did less or more with cgroups than the reference. */
const UNLIKE = '°';

/** One table per scope. */
export function scopeTables({ scopes }: Results): string {
  return scopeNames
    .flatMap((name) => {
      const measured = scopes[name];
      return measured ? [`### ${titles[name]}\n\n${scopeTable(measured)}`] : [];
    })
    .join('\n\n');
}

const titles: Readonly<Record<ScopeName, string>> = {
  root: 'As root',
  'root, relative --root': 'As root, with a relative `--root`',
  rootless: 'As an ordinary user',
  'rootless, relative --root': 'As an ordinary user, with a relative `--root`',
  'cold page cache': 'Cold page cache',
};

function scopeTable(measured: ScopeResults): string {
  const names = runtimeNames.filter((name) => measured[name] !== undefined);
  const measuredRows = rows.filter(({ task }) =>
    names.some((name) => measured[name]?.samples[task] ?? measured[name]?.errors[task]),
  );
  const hasCgroups = names.some((name) => worksOnCgroups(measured[name]));
  const own = names.map((name) => measured[name]?.cgroups ?? '–');
  return align([
    ['', 'cgroup work', ...names],
    ...(names.some((name) => measured[name]?.cgroups) ? [['cgroups of its own', '', ...own]] : []),
    ...measuredRows.map((row) => [
      `${row.title} (${row.unit})`,
      hasCgroups ? row.work : 'none',
      ...names.map((name) => cell(row, name, measured)),
    ]),
  ]);
}

function worksOnCgroups(measured: Measured | undefined): boolean {
  return measured?.cgroups !== undefined && !measured.cgroups.startsWith('none');
}

/** `11.4 (10.9–12.1) 0.45×`: median, quartiles, median of the ratios to runc within each round. */
function cell(row: Row, name: RuntimeName, measured: ScopeResults): string {
  const rounds = roundsOf(row, measured[name]);
  const values = present(rounds);
  if (values.length === 0) return refusal(row, measured[name]?.errors[row.task]);
  const ratio = pairedRatio(rounds, roundsOf(row, measured[REFERENCE]));
  const spread =
    values.length > 1 ? ` (${rounded(quantile(values, 0.25))}–${rounded(quantile(values, 0.75))})` : '';
  const compared = name === REFERENCE || row.difference || Number.isNaN(ratio) ? '' : ` ${ratio.toFixed(2)}×`;
  return `${rounded(median(values))}${spread}${compared}${isUnlike(row, name, measured) ? UNLIKE : ''}`;
}

function isUnlike(row: Row, name: RuntimeName, measured: ScopeResults): boolean {
  const [own, reference] = [measured[name]?.cgroups, measured[REFERENCE]?.cgroups];
  return row.work !== 'none' && own !== undefined && reference !== undefined && own !== reference;
}

/** Why there is no time: the command does not exist, or it failed before the first sample that counts. */
function refusal({ task }: Row, error: string | undefined): string {
  if (error === undefined) return '–';
  if (task.startsWith('count-')) return 'not countable';
  return /unknown command|no such command|unrecognized command/i.test(error) ? 'lacks it' : 'refused';
}

export function rounded(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

/** One line for each target and scope, with the verdict for each release of the other runtime. */
export function targetTable(list: readonly Verdict[]): string {
  const lines = new Map<string, string[]>();
  for (const { target, scope, measured, met } of list) {
    const key = `${target}\0${scope}`;
    const word = met === undefined ? '' : met ? ': met' : ': **missed**';
    lines.set(key, [...(lines.get(key) ?? []), `${measured}${word}`]);
  }
  const body = [...lines].map(([key, verdicts]) => [...key.split('\0'), verdicts.join('; ')]);
  return align([['target', 'scope', 'measured'], ...body]);
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = lines.map(
    (line) => `| ${line.map((one, index) => one.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}
