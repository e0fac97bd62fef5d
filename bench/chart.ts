/** Draws results as SVG: the README's chart of six groups, and a chart of every row. */
import { type Results, roundsOf } from './results.ts';
import { type RuntimeName, runtimeNames } from './runtime-names.ts';
import { type Row, rowOf, rows, type ScopeName } from './scenarios.ts';
import { median, present } from './statistics.ts';
import { type Bar, drawSvg, type Group, type Layout } from './svg.ts';
import { rounded } from './table.ts';
import { shortVersion } from './verdicts.ts';

/** The rows that matter to someone who chooses a runtime. */
const headlines = ['run', 'exec', 'sum', 'delete-running', 'created-memory', 'peak-memory'];

const readme: Layout = { left: 242, barHeight: 17, gap: 14, fontSize: 13 };
const small: Layout = { left: 270, barHeight: 9, gap: 9, fontSize: 11 };

/** With a relative `--root` the bars would be the same again: the page has them as a table. */
const drawn: readonly ScopeName[] = ['root', 'rootless', 'cold page cache'];

const NOT_MEASURED = 'Not measured yet.';

/** @param results undefined if nothing has been measured yet */
export function drawReadmeChart(results: Results | undefined): string {
  const scope = results && (['root', 'rootless'] as const).find((name) => results.scopes[name]);
  if (results === undefined || scope === undefined) return drawSvg(readme, NOT_MEASURED, [], []);
  const names = (['tsrun', ...stable(results, scope)] as RuntimeName[]).filter(
    (name) => results.scopes[scope]?.[name],
  );
  const who = scope === 'root' ? 'as root' : 'as an ordinary user';
  const { host, date, runs } = results;
  const title = `Shorter is better. Medians of up to ${runs} samples, ${who}, on ${host.cpu} (${host.kind}), ${date.slice(0, 10)}`;
  const groups = headlines.map((id) => group(results, scope, rowOf(id), names));
  return drawSvg(
    readme,
    title,
    legend(results, names),
    groups.filter(({ bars }) => bars.length > 1),
  );
}

/** runc and crun of the stable release; of another one if they were not measured. */
function stable({ scopes }: Results, scope: ScopeName): RuntimeName[] {
  const measured = (name: RuntimeName) => scopes[scope]?.[name] !== undefined;
  const first = (...names: RuntimeName[]) => names.filter(measured).slice(0, 1);
  return [
    ...first('runc of Debian 13', 'runc', 'runc of sid'),
    ...first('crun of Debian 13', 'crun', 'crun of sid'),
  ];
}

/** @param results undefined if nothing has been measured yet */
export function drawFullChart(results: Results | undefined): string {
  if (results === undefined) return drawSvg(small, NOT_MEASURED, [], []);
  const names = runtimeNames.filter((name) => results.versions[name] !== undefined);
  const groups = drawn.flatMap((scope) => {
    const own = rows
      .filter(({ difference }) => !difference)
      .map((row) => group(results, scope, row, names))
      .filter(({ bars }) => bars.length > 0);
    return own.map((one, index) => (index === 0 ? { ...one, heading: scope } : one));
  });
  const { host, date, runs } = results;
  const title = `Medians of up to ${runs}; every row has its own scale. ${host.cpu}, ${host.kind}, Linux ${host.kernel}, ${date.slice(0, 10)}`;
  return drawSvg(small, title, legend(results, names), groups);
}

function legend({ versions }: Results, names: readonly RuntimeName[]) {
  return names.map((name) => {
    const [program, release] = name.split(' of ');
    const where = release ? ` (${release})` : '';
    return { series: seriesOf(name), label: `${program} ${shortVersion(versions[name])}${where}` };
  });
}

/** Its place among all runtimes, so that a runtime has the same colour in every chart. */
function seriesOf(name: RuntimeName): number {
  return runtimeNames.indexOf(name);
}

function group(results: Results, scope: ScopeName, row: Row, names: readonly RuntimeName[]): Group {
  const bars = names.flatMap((name): Bar[] => {
    const value = median(present(roundsOf(row, results.scopes[scope]?.[name])));
    const unit = row.unit === 'count' ? '' : ` ${row.unit}`;
    return Number.isNaN(value) ? [] : [{ series: seriesOf(name), value, label: `${rounded(value)}${unit}` }];
  });
  return { title: row.title, bars };
}
