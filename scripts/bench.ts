/** `npm run bench`: tsrun on QuickJS and on Node beside runc and crun, measured in one run (docs/performance.md). */
import { writeFileSync } from 'node:fs';
import { bench } from '../bench/bench.ts';
import { drawChart } from '../bench/chart.ts';
import { readOptions, usage } from '../bench/options.ts';
import { chartFile, newestResults, readResults } from '../bench/results.ts';
import { build } from './build/build.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.chart) {
    writeFileSync(chartFile, drawChart(readResults(options.json ?? newestResults())));
    process.exit();
  }
  await build();
  if (options.profile) {
    const { profile } = await import('../bench/profile/profile.ts');
    await profile(options);
  } else await bench(options);
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  if (error instanceof TypeError) console.error(usage);
  process.exitCode = 1;
}
