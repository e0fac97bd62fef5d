/** `npm run bench`: tsrun beside runc and crun, measured in one run (docs/performance.md). */
import { bench } from '../bench/bench.ts';
import { OptionError, readOptions, usage } from '../bench/options.ts';
import { writePage } from '../bench/page.ts';
import { build } from './build/build.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.page) writePage(options.json);
  else {
    await build();
    await bench(options);
  }
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  if (error instanceof OptionError) console.error(usage);
  process.exitCode = 1;
}
