/** `npm run test:runc`: runc's own integration suite against runc, crun and tsrun (docs/testing.md). */
import { build } from './build/build.ts';
import { runForeign } from './foreign/foreign.ts';
import { readOptions, usage } from './foreign/options.ts';

try {
  const options = readOptions(process.argv.slice(2));
  await build();
  const faults = await runForeign(options);
  for (const fault of faults) console.log(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} catch (error) {
  console.error(`tsrun: ${error instanceof Error ? error.message : error}`);
  if (error instanceof TypeError) console.error(usage);
  process.exitCode = 1;
}
