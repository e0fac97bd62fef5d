/** `linux.timeOffsets`: time_namespaces(7). */

import { nearest } from '../did-you-mean.ts';
import { child } from '../pointer.ts';
import { inWords } from '../problem.ts';
import type { Config, TimeOffset } from '../types.ts';
import type { Check } from './check.ts';
import { namespaceOf } from './namespaces.ts';

const CLOCKS = ['monotonic', 'boottime'];
const SECOND = 1_000_000_000;

export const timeOffsets: Check<Config> = {
  reads: ['/linux/timeOffsets', '/linux/namespaces'],
  run(config, report) {
    const at = '/linux/timeOffsets';
    const offsets: Readonly<Record<string, TimeOffset>> = config.linux?.timeOffsets ?? {};
    const clocks = Object.keys(offsets);
    if (clocks.length > 0 && namespaceOf(config, 'time') === undefined) {
      const hint = 'add {"type": "time"} to /linux/namespaces, or remove them';
      report({ pointer: at, expected: 'no offsets without a time namespace', found: 'some', hint });
    }
    for (const clock of clocks) {
      const pointer = child(at, clock);
      if (!CLOCKS.includes(clock)) {
        const name = nearest(clock, CLOCKS);
        const problem = { pointer, expected: 'the clock "monotonic" or "boottime"', found: inWords(clock) };
        report(name === undefined ? problem : { ...problem, hint: `did you mean "${name}"?` });
        continue;
      }
      const nanosecs = offsets[clock]?.nanosecs ?? 0;
      if (nanosecs < SECOND) continue;
      report({ pointer: `${pointer}/nanosecs`, expected: 'less than a second', found: inWords(nanosecs) });
    }
  },
};
