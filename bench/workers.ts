/** One driver for each runtime, in the place where it measures. */
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../test/setup/needs.ts';
import type { TestUser } from '../test/setup/users.ts';
import { podmanCommand } from './podman.ts';
import type { Task, WorkerSetup } from './protocol.ts';
import type { Contender } from './runtimes.ts';
import { WorkerProcess } from './worker-process.ts';

export interface Place {
  /** The clone that the user can read. */
  readonly clone: string;
  readonly busybox: string;
  readonly rssDivisor: number;
  readonly home: string;
  readonly state: string;
  readonly own: { readonly uid: number; readonly gid: number };
  readonly bundles: WorkerSetup['bundles'];
  readonly user: TestUser | undefined;
}

/** A worker whose runtime can run the bundle; where it needs options for that, with them. */
export async function startWorker(contender: Contender, place: Place): Promise<WorkerProcess> {
  const { hideCgroup1, fallback, name } = contender;
  const start = (options: readonly string[]) => {
    const setup = workerSetup(contender, place, options);
    const skipped = skippedTasks(setup, options.length === 0);
    return new WorkerProcess({ setup, user: place.user, hideCgroup1, skipped, clone: place.clone });
  };
  const worker = start([]);
  if (fallback.length === 0) return worker;
  try {
    await worker.measure('run');
    return worker;
  } catch (error) {
    console.log(`${name} runs with ${fallback.join(' ')}: ${error instanceof Error ? error.message : error}`);
    await worker.end();
    return start(fallback);
  }
}

/** Without cgroups, limits cost nothing, and do nothing. */
function skippedTasks({ podman, executables }: WorkerSetup, hasCgroups: boolean): readonly Task[] {
  return [
    ...(hasCgroups ? [] : (['limits', 'rules'] as const)),
    ...(podman === undefined ? (['podman'] as const) : []),
    ...(executables.length === 0 ? (['cold'] as const) : []),
  ];
}

function workerSetup(
  { name, program, executables, hideCgroup1 }: Contender,
  { home, state, own, bundles, busybox, rssDivisor }: Place,
  options: readonly string[],
): WorkerSetup {
  const short = name.replace(/\W+/g, '');
  const scratch = makeFolder(join(home, short), own);
  const root = makeFolder(join(state, short), own);
  const podman = findCommand('podman');
  const podmanOptions = {
    folder: join(scratch, 'podman'),
    state: join(state, `podman-${short}`),
    runtime: program,
    rootfs: join(bundles.once, 'rootfs'),
    // podman sets limits, for which version 2 has no controllers where version 1 has them.
    hasCgroups: options.length === 0 && !hideCgroup1,
  };
  return {
    command: [program, '--root', root, ...options],
    root,
    bundles,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', XDG_RUNTIME_DIR: state },
    scratch,
    busybox,
    rssDivisor,
    executables,
    podman: podman === undefined ? undefined : podmanCommand(podman, podmanOptions),
  };
}

export function makeFolder(
  path: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chownSync(path, uid, gid);
  return path;
}
