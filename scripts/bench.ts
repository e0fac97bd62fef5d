/** `npm run bench`: tsrun on Bun and on Node beside runc and crun, measured in one run (docs/performance.md). */
import { bench } from '../bench/bench.ts';
import { readOptions, usage } from '../bench/options.ts';
import { build } from './build/build.ts';

try {
  const options = readOptions(process.argv.slice(2));
  build();
  if (options.profile) {
    const { profile } = await import('../bench/profile/profile.ts');
    await profile(options);
  } else await bench(options);
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  if (error instanceof TypeError) console.error(usage);
  process.exitCode = 1;
}
