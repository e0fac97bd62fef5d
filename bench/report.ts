/** Prints the results of one measurement. */
import { refusals } from './refusals.ts';
import { type Results, roundsOf } from './results.ts';
import { runtimeNames } from './runtime-names.ts';
import { type Row, scopeNames } from './scenarios.ts';
import { median, present } from './statistics.ts';
import { scopeTables, targetTable } from './table.ts';
import { verdicts } from './verdicts.ts';

export function printReport(results: Results): void {
  for (const line of [...facts(results), '', scopeTables(results), '', targetTable(verdicts(results)), ''])
    console.log(line);
  for (const line of refusals(results)) console.log(line);
}

/** The machine, the versions, the sizes, and the driver's share. */
export function facts(results: Results): string[] {
  const { host, versions, sizes, missing } = results;
  return [
    `${host.kind}: ${host.cpu}, ${host.memory}, Linux ${host.kernel}, cgroups: ${host.cgroups}`,
    ...runtimeNames.flatMap((name) => (versions[name] ? [`${name}: ${versions[name]}`] : [])),
    ...missing.map((reason) => `not compared: ${reason}`),
    ...sizes.map(({ name, bytes }) => `size of ${name}: ${(bytes / 1e6).toFixed(2)} MB`),
    ...driversShare(results),
  ];
}

function driversShare({ scopes }: Results): string[] {
  return scopeNames.flatMap((scope) => {
    const all = Object.values(scopes[scope] ?? {}).flatMap((measured) =>
      present(roundsOf(emptyRow, measured)),
    );
    if (all.length === 0) return [];
    return [
      `${scope}: an empty static program takes ${median(all).toFixed(2)} ms, which is part of each time`,
    ];
  });
}

const emptyRow: Row = {
  id: 'empty',
  title: 'empty program',
  task: 'empty',
  part: 'empty',
  unit: 'ms',
  work: 'none',
};
