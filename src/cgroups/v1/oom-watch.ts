/** Out of memory, on version 1: an eventfd, kernel: admin-guide/cgroup-v1/memory.rst, section 10. */

import { O_RDONLY } from '../../kernel/constants/file.ts';
import { closeSync, existsSync, openSync, overwriteSync } from '../../kernel/file-system.ts';
import { POLLIN } from '../../kernel/poll.ts';
import { Wakeup } from '../../kernel/wakeup.ts';
import type { OomWatch } from '../oom-watch.ts';

export function watchVersion1(directory: string): OomWatch | undefined {
  const control = `${directory}/cgroup.event_control`;
  if (!existsSync(control)) return undefined;
  const events = new Wakeup();
  const file = openSync(`${directory}/memory.oom_control`, O_RDONLY);
  overwriteSync(control, `${events.fd} ${file}`);
  return {
    interest: { fd: events.fd, events: POLLIN },
    news() {
      events.clear();
      // The removal of the cgroup is an event, too.
      return existsSync(control) ? 'out of memory' : 'cgroup gone';
    },
    [Symbol.dispose]() {
      closeSync(file);
      events[Symbol.dispose]();
    },
  };
}
