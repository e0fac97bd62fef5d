/**
 * `npm run battery -- [--runtime PATH] [--races N] [--only TEXT]`: performs the attacks of test/battery on a runtime
 * that has runc's command line, as whoever calls it. The status is 0 when it held against all of them.
 * `--page` does so with tsrun, runc and crun, and writes the table of docs/security.md.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findCommand } from '../test/setup/needs.ts';
import { writePage } from './battery/page.ts';
import { count, runBattery } from './battery/run.ts';
import { inRoot } from './build/paths.ts';

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: inRoot('bin/tsrun') },
    races: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    page: { type: 'boolean', default: false },
  },
});
const races = Number(values.races);

if (values.page) {
  const others = ['runc', 'crun'].map(findCommand).filter((path) => path !== undefined);
  const results = [];
  for (const runtime of [resolve(values.runtime), ...others]) results.push(await runBattery(runtime, races));
  writePage(results, races);
} else {
  const { verdicts } = await runBattery(resolve(values.runtime), races, values.only);
  process.exitCode = count(verdicts, 'breached') === 0 ? 0 : 1;
}
