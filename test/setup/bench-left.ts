/**
 * A program: a bench with one worker, whose container serves. Called with the state directory, the clone and a
 * directory for bundles; says "serving", and is ended by whoever has called it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBundles } from '../../bench/bundles.ts';
import { WorkerProcess } from '../../bench/worker-process.ts';
import { staticBusybox } from './needs.ts';

const [program = '', folder = ''] = process.argv.slice(2);
const root = join(folder, 'root');
mkdirSync(root);
const worker = new WorkerProcess({
  setup: {
    command: [program, '--root', root],
    root,
    directory: folder,
    bundles: makeBundles(folder, {
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
    }),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    scratch: folder,
    busybox: staticBusybox() ?? '',
    executables: [],
    podman: undefined,
    callgrind: undefined,
    sealed: false,
    rssDivisor: 1,
  },
  user: undefined,
  hideControllers: false,
  skipped: [],
  every: 1,
  hasCgroups: true,
  clone: join(import.meta.dirname, '../..'),
});
await worker.measure('serve');
console.log('serving');
