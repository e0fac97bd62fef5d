/** One driver for each runtime, in the place where it measures. */
import { chownSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findCommand } from '../test/setup/needs.ts';
import type { TestUser } from '../test/setup/users.ts';
import { podmanCommand } from './podman.ts';
import type { Callgrind, Task, WorkerSetup } from './protocol.ts';
import type { Contender } from './runtimes.ts';
import { WorkerProcess } from './worker-process.ts';

export interface Place {
  /** The clone that the user can read. */
  readonly clone: string;
  readonly busybox: string;
  readonly rssDivisor: number;
  readonly callgrind: Callgrind | undefined;
  readonly home: string;
  /** Parent of the state directories. */
  readonly state: string;
  /** `--root` is given relative to `state`, the working directory. */
  readonly isRelative: boolean;
  readonly own: { readonly uid: number; readonly gid: number };
  readonly bundles: WorkerSetup['bundles'];
  readonly user: TestUser | undefined;
}

/** A worker whose runtime can run the bundle; with additional options if it needs them for that. */
export async function startWorker(contender: Contender, place: Place): Promise<WorkerProcess> {
  const { hideControllers, fallback, name, every } = contender;
  const { user, clone } = place;
  const start = (options: readonly string[]) => {
    const setup = workerSetup(contender, place, options);
    const hasCgroups = options.length === 0;
    const skipped = skippedTasks(setup, hasCgroups);
    return new WorkerProcess({ setup, user, hideControllers, skipped, every, hasCgroups, clone });
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

/** Limits need cgroups. */
function skippedTasks({ podman, executables }: WorkerSetup, hasCgroups: boolean): readonly Task[] {
  return [
    ...(hasCgroups ? [] : (['limits'] as const)),
    ...(podman === undefined ? (['podman'] as const) : []),
    ...(executables.length === 0 ? (['cold'] as const) : []),
  ];
}

function workerSetup(contender: Contender, place: Place, options: readonly string[]): WorkerSetup {
  const { name, program, executables, sealed } = contender;
  const { home, state, own, bundles, busybox, rssDivisor, callgrind, isRelative } = place;
  const short = name.replace(/\W+/g, '');
  const scratch = makeFolder(join(home, short), own);
  const root = makeFolder(join(state, short), own);
  const podman = findCommand('podman');
  const podmanOptions = {
    folder: join(scratch, 'podman'),
    state: join(state, `p-${short}`),
    runtime: program,
    rootfs: join(bundles.once, 'rootfs'),
    hasCgroups: options.length === 0,
  };
  return {
    command: [program, '--root', isRelative ? basename(root) : root, ...options],
    root,
    directory: state,
    bundles,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', XDG_RUNTIME_DIR: state },
    scratch,
    busybox,
    rssDivisor,
    executables,
    callgrind,
    sealed,
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
