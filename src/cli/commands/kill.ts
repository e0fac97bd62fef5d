/** `tsrun kill`: a signal for a container's init process. */
import { parseSignal, SIGTERM } from '../../process/signals.ts';
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const kill = defineCommand({
  name: 'kill',
  summary: 'send a signal to a container',
  args: [
    containerId,
    { name: 'signal', help: 'name or number (default: SIGTERM)', optional: true, complete: 'signal' },
  ],
  options: [
    {
      name: 'all',
      short: 'a',
      type: 'flag',
      help: 'send it to all processes; a stopped container is no error',
    },
  ],
  stopAtFirstArgument: true,
  async run({ runtime }, { options, args: [id = '', signal] }) {
    const number = signal === undefined ? SIGTERM : parseSignal(signal);
    const layer = await import('../../container/kill.ts');
    await layer.kill(runtime, id, number, { all: options.all ?? false });
    return 0;
  },
});
