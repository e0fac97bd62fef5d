/** `create`: sets a container up and leaves its first process waiting for `start`. */
import { Construction } from './construction.ts';
import { writePidFile } from './pid-file.ts';
import { reporting } from './reporting.ts';
import type { Runtime } from './runtime.ts';
import { sendPidfd } from './send-pidfd.ts';

export interface CreateOptions {
  readonly id: string;
  /** Absolute. */
  readonly bundle: string;
  readonly config?: string;
  readonly consoleSocket?: string;
  readonly pidfdSocket?: string;
  readonly pidFile?: string;
  readonly statusFd?: number;
  readonly noPivot: boolean;
  readonly noNewKeyring: boolean;
  readonly preserveFds: number;
  /** `--overlay`, as given. */
  readonly overlay?: string;
  /** `--overlay-lower`, as given. */
  readonly overlayLower?: readonly string[];
}

/** @throws RuntimeError; then nothing of the container is left */
export async function create(runtime: Runtime, options: CreateOptions): Promise<void> {
  await reporting(options, async (report) => {
    const construction = new Construction(runtime, options, { waits: true, detached: true });
    report?.({ event: 'creating' });
    construction.build();
    const { pid } = construction.record;
    await construction.orUndo(() => {
      if (options.pidfdSocket) sendPidfd(options.pidfdSocket, 'standard', pid);
      if (options.pidFile) writePidFile(options.pidFile, pid);
    });
    report?.({ event: 'created', pid });
  });
}
