/** `npm run typecheck`. */
import { runTool } from './build/tools.ts';

process.exitCode = runTool('tsc', process.argv.slice(2));
