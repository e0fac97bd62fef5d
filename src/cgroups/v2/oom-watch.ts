/** Out of memory, on version 2: memory.events, which can be polled. */

import { decodeLatin1 } from '../../kernel/bytes.ts';
import { read } from '../../kernel/calls/file.ts';
import { O_RDONLY } from '../../kernel/constants/file.ts';
import { closeSync, existsSync, openSync } from '../../kernel/file-system.ts';
import { performForBytes } from '../../kernel/local.ts';
import { POLLPRI } from '../../kernel/poll.ts';
import type { OomWatch } from '../oom-watch.ts';

const LARGEST = 4096;

export function watchVersion2(directory: string): OomWatch | undefined {
  const path = `${directory}/memory.events`;
  if (!existsSync(path)) return undefined;
  // What is polled for is a change since this descriptor was read from, which can be done once.
  let file = openSync(path, O_RDONLY);
  let known = kills(file);
  return {
    get interest() {
      return { fd: file, events: POLLPRI };
    },
    news() {
      if (!existsSync(path)) return 'cgroup gone';
      closeSync(file);
      file = openSync(path, O_RDONLY);
      const before = known;
      known = kills(file);
      return known > before ? 'out of memory' : 'nothing';
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

function kills(file: number): number {
  const text = decodeLatin1(performForBytes(read(file, LARGEST)));
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}
