/** `tsrun events`: what a container uses, as JSON, one object per line. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { stringifyJson } from '../../spec/parse-json.ts';
import { defineCommand } from '../command.ts';
import { duration } from '../duration.ts';
import { containerId } from './container-id.ts';

/** The longest interval, milliseconds: 24 days. */
const LONGEST = 2 ** 31 - 1;

export const events = defineCommand({
  name: 'events',
  summary: 'show what a container uses, and when it runs out of memory',
  description: 'Prints JSON, one object per line, until the container ends.',
  args: [containerId],
  options: [
    {
      name: 'interval',
      type: 'text',
      value: 'DURATION',
      default: '5s',
      help: 'time between two statistics, such as 500ms or 1m30s',
    },
    { name: 'stats', type: 'flag', help: 'print the statistics once' },
  ],
  async run({ runtime, print }, { options, args: [id = ''] }) {
    const interval = parseInterval(options.interval);
    const layer = await import('../../container/events.ts');
    const tell = (event: object) => print(`${stringifyJson(event)}\n`);
    if (options.stats) tell(layer.statistics(runtime, id));
    else await layer.watch(runtime, id, interval, tell);
    return 0;
  },
});

/** @returns milliseconds @throws RuntimeError `usage` */
function parseInterval(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds === undefined) {
    throw new RuntimeError('usage', `invalid value "${text}" for --interval`, {
      hint: 'use a number with a unit: 5s, 500ms, 1m30s',
    });
  }
  if (milliseconds > 0) return Math.min(Math.max(1, milliseconds), LONGEST);
  throw new RuntimeError('usage', 'duration interval must be greater than 0');
}
