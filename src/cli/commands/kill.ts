/** `tsrun kill`: a signal for a container's init process. */
import { parseSignal } from '../../process/signals.ts';
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const kill = defineCommand({
  name: 'kill',
  summary: 'send a signal to a container',
  args: [
    containerId,
    { name: 'signal', help: 'name or number', optional: true, default: 'SIGTERM', complete: 'signal' },
  ],
  options: [
    {
      name: 'all',
      short: 'a',
      type: 'flag',
      help: 'send it to all processes; a stopped container is no error',
    },
    {
      name: 'regex',
      short: 'r',
      type: 'flag',
      help: 'to every container whose id matches this regular expression',
    },
  ],
  stopAtFirstArgument: true,
  async run({ runtime }, { options, args: [id = '', signal = ''] }) {
    const number = parseSignal(signal);
    const layer = await import('../../container/kill.ts');
    const all = options.all ?? false;
    if (options.regex === true) {
      const { forMatching } = await import('../../container/matching.ts');
      forMatching(runtime, id, (one) => layer.kill(runtime, one, number, { all }));
    } else layer.kill(runtime, id, number, { all });
    return 0;
  },
});
