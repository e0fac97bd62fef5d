/** `create`: sets a container up and leaves its first process waiting for `start`. */
import { Construction } from './construction.ts';
import { writePidFile } from './pid-file.ts';
import type { Runtime } from './runtime.ts';

export interface CreateOptions {
  readonly id: string;
  /** Absolute. */
  readonly bundle: string;
  readonly config?: string;
  readonly consoleSocket?: string;
  readonly pidFile?: string;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** `--overlay`, as given. */
  readonly overlay?: string;
}

/** @throws RuntimeError; then nothing of the container is left */
export async function create(runtime: Runtime, options: CreateOptions): Promise<void> {
  const construction = new Construction(runtime, options, { waits: true, detached: true });
  await construction.build();
  if (options.pidFile) writePidFile(options.pidFile, construction.record.pid);
}
