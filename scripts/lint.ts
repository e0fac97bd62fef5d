/** `npm run lint [-- --write]`: formatting and lint rules, of TypeScript and of C. */
import { runTool } from './build/tools.ts';
import { lintNative } from './lint/native.ts';

const args = process.argv.slice(2);
const typescript = runTool('biome', ['check', '--diagnostic-level=warn', ...args]);
const native = lintNative(args.includes('--write'));
process.exitCode = Math.max(typescript, native);
