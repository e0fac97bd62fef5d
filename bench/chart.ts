/** Draws results as SVG: bars of medians, in multiples of runc's. */
import type { Results, ScopeName } from './results.ts';
import type { RuntimeName } from './runtimes.ts';
import { type Row, rows } from './scenarios.ts';
import { median } from './statistics.ts';
import { values } from './table.ts';

const REFERENCE: RuntimeName = 'runc';
const scopes: readonly ScopeName[] = ['root', 'rootless'];
const shown: readonly (readonly [task: Row['task'], part: string])[] = [
  ['run', 'run'],
  ['run', 'cpu'],
  ['lifecycle', 'create'],
  ['lifecycle', 'start'],
  ['lifecycle', 'delete'],
  ['lifecycle', 'sum'],
  ['forced', 'running'],
  ['exec', 'exec'],
  ['state', 'state'],
  ['kill', 'kill'],
  ['parallel', 'parallel'],
  ['podman', 'podman'],
];
const colours: Readonly<Partial<Record<RuntimeName, string>>> = {
  'tsrun (Bun)': '#2f6fde',
  runc: '#8a8f98',
  crun: '#5aa469',
  'runc of Debian 13': '#b9bdc4',
  'crun of Debian 13': '#a5d0ae',
};
const names = Object.keys(colours) as RuntimeName[];

const LEFT = 210;
const WIDTH = 860;
const BAR = 9;
const GAP = 10;
/** Pixels for what takes as long as with runc. */
const UNIT = 240;
/** Longer bars are cut off, and say so. */
const LONGEST = 2.4;

export function drawChart(results: Results): string {
  const parts: string[] = [];
  let y = 62;
  for (const scope of scopes) {
    const measured = results.scopes[scope];
    if (!measured) continue;
    parts.push(text(8, y, scope, 'font-weight="bold"'));
    y += 14;
    for (const [task, part] of shown) {
      const row = rows.find((one) => one.task === task && one.part === part);
      const reference = row && medianOf(row, measured[REFERENCE]);
      if (!row || !reference) continue;
      const title = part === 'cpu' ? `${task} true, processor time` : row.title;
      const bars = names.flatMap((name) => bar(name, medianOf(row, measured[name]), reference, row.unit));
      parts.push(text(LEFT - 8, y + (bars.length * BAR) / 2 + 3, title, 'text-anchor="end"'));
      for (const draw of bars) {
        parts.push(draw(y));
        y += BAR;
      }
      y += GAP;
    }
    y += GAP;
  }
  return page(parts, y + 8, results);
}

function medianOf(row: Row, measured: Parameters<typeof values>[1]): number | undefined {
  const all = values(row, measured);
  return all.length === 0 ? undefined : median(all);
}

function bar(
  name: RuntimeName,
  value: number | undefined,
  reference: number,
  unit: string,
): ((y: number) => string)[] {
  if (value === undefined) return [];
  const ratio = value / reference;
  const width = Math.round(Math.min(ratio, LONGEST) * UNIT);
  const label = `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ${unit}, ${ratio.toFixed(2)}×`;
  return [
    (y) =>
      `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 1}" fill="${colours[name]}"/>` +
      text(LEFT + width + 4, y + BAR - 2, `${label}${ratio > LONGEST ? ' (cut off)' : ''}`, 'font-size="8"'),
  ];
}

function page(parts: readonly string[], height: number, { date, host, versions }: Results): string {
  const title = `Medians, in multiples of runc's. ${host.cpu}, ${host.kind}, Linux ${host.kernel}, ${date.slice(0, 10)}`;
  const legend = names
    .filter((name) => versions[name] !== undefined)
    .map((name, index) => {
      const x = LEFT + index * 128;
      return `<rect x="${x}" y="28" width="10" height="10" fill="${colours[name]}"/>${text(x + 14, 37, name)}`;
    });
  const rule = `<line x1="${LEFT + UNIT}" y1="48" x2="${LEFT + UNIT}" y2="${height - 8}" stroke="#c33" stroke-dasharray="2 3"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(8, 16, title),
    ...legend,
    rule,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function text(x: number, y: number, content: string, more = ''): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<text x="${x}" y="${Math.round(y)}" fill="#222" ${more}>${escaped}</text>`;
}
