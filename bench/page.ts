/** Writes results into docs/performance.md, between its markers, and draws the charts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../scripts/build/paths.ts';
import { drawFullChart, drawReadmeChart } from './chart.ts';
import { refusals } from './refusals.ts';
import { facts } from './report.ts';
import { newestResults, type Results, readResults } from './results.ts';
import { scopeTables, targetTable } from './table.ts';
import { verdicts } from './verdicts.ts';

const pageFile = inRoot('docs/performance.md');
const BEGIN = '<!-- written by: npm run bench -- --page -->';
const END = '<!-- end of what is written -->';

/** @param file results, instead of the newest ones in bench/results */
export function writePage(file = newestResults()): void {
  const results = file === undefined ? undefined : readResults(file);
  writeFileSync(pageFile, pageWith(readFileSync(pageFile, 'utf8'), results));
  writeFileSync(inRoot('bench/results/chart.svg'), drawReadmeChart(results));
  writeFileSync(inRoot('bench/results/all.svg'), drawFullChart(results));
}

/**
 * @param results undefined if nothing has been measured yet
 * @throws Error if the page has no markers
 */
export function pageWith(page: string, results: Results | undefined): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`docs/performance.md: expected "${BEGIN}", and "${END}" after it`);
  const section = results === undefined ? 'Not measured yet: `npm run bench`.' : measuredSection(results);
  return `${page.slice(0, begin)}${BEGIN}\n\n${section}\n\n${page.slice(end)}`;
}

function measuredSection(results: Results): string {
  const incomplete = results.complete ? [] : ['This measurement was interrupted: rows are missing.', ''];
  const failed = refusals(results).map((line) => `* ${line.replaceAll(/[<>|`*]/g, '\\$&')}`);
  return [
    `Measured on ${results.date.slice(0, 10)}, ${results.runs} samples per cell.`,
    '',
    ...incomplete,
    '```',
    ...facts(results),
    '```',
    '',
    scopeTables(results),
    '',
    '### Targets',
    '',
    targetTable(verdicts(results)),
    ...(failed.length > 0 ? ['', '### What was refused', '', ...failed] : []),
  ].join('\n');
}
