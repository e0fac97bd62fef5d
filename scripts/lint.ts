/** `npm run lint [-- --write]`: formatting and lint rules. */
import { runTool } from './build/tools.ts';

process.exitCode = runTool('biome', ['check', '--diagnostic-level=warn', ...process.argv.slice(2)]);
