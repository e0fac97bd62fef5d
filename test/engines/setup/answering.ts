/** Daemons take their time to start. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../setup/patience.ts';

export interface Asked {
  /** Fits in front of "does not answer". */
  readonly name: string;
  /** A file with what it writes, which is told where it does not answer. */
  readonly log: string;
  readonly ask: () => Promise<boolean>;
  /** Not waited for once it has ended. */
  readonly daemon?: ChildProcess;
  /** Milliseconds. */
  readonly longest?: number;
}

/** Asks until there is an answer. @throws with what the daemon has written */
export async function answering({
  name,
  log,
  ask,
  daemon,
  longest = patience(60_000),
}: Asked): Promise<void> {
  for (const end = Date.now() + longest; ; await sleep(50)) {
    if (await ask()) return;
    if (typeof daemon?.exitCode === 'number' || Date.now() > end)
      throw new Error(`${name} does not answer:\n${readFileSync(log, 'utf8')}`);
  }
}
