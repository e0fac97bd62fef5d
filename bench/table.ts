/** The one table: rows are what was measured, columns the runtimes; medians, 95th percentiles, ratios. */
import type { Results, ScopeName } from './results.ts';
import type { RuntimeName } from './runtimes.ts';
import { perUnit, type Row, rows } from './scenarios.ts';
import type { Measured } from './scope.ts';
import { median, percentile } from './statistics.ts';

const REFERENCE: RuntimeName = 'runc';

/** A Markdown table that is also readable as it is. */
export function renderTable({ scopes }: Results): string {
  const present = Object.entries(scopes) as [ScopeName, Readonly<Record<string, Measured>>][];
  const names = Object.keys(present[0]?.[1] ?? {});
  const lines = present.flatMap(([scope, measured]) => [
    ...(names.some((name) => measured[name]?.samples.create)
      ? [[`own cgroups, ${scope}`, ...names.map((name) => String(cgroups(measured[name])))]]
      : []),
    ...rows
      .filter((row) => isMeasured(row, measured))
      .map((row) => [
        `${row.title}, ${scope} (${row.unit})`,
        ...names.map((name) => cell(row, measured[name], measured[REFERENCE])),
      ]),
  ]);
  return align([['', ...names], ...lines]);
}

function isMeasured({ task }: Row, measured: Readonly<Record<string, Measured>>): boolean {
  return Object.values(measured).some(({ samples, errors }) => samples[task] ?? errors[task]);
}

function cgroups(measured: Measured | undefined): string | number {
  return measured?.samples.create?.[0]?.cgroups ?? '?';
}

/** `19.7 (22.1) 0.79×`: median, 95th percentile, ratio of the medians. */
function cell(row: Row, measured: Measured | undefined, reference: Measured | undefined): string {
  const own = values(row, measured);
  if (own.length === 0) return measured?.errors[row.task] ? 'failed' : '–';
  const other = values(row, reference);
  const ratio =
    other.length === 0 || measured === reference || row.difference
      ? ''
      : ` ${(median(own) / median(other)).toFixed(2)}×`;
  return `${round(median(own))} (${round(percentile(own, 0.95))})${ratio}`;
}

/** In the row's unit. */
export function values({ task, part, unit }: Row, measured: Measured | undefined): number[] {
  return (measured?.samples[task] ?? []).map((sample) => Number(sample[part]) / perUnit[unit]);
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function align(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const text = lines.map(
    (line) => `| ${line.map((one, index) => one.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width, index) => `${'-'.repeat(width + 1)}${index === 0 ? '-' : ':'}`).join('|')}|`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}
