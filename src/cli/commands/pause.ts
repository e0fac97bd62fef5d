/** `tsrun pause`: suspend all processes of a container. */
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const pause = defineCommand({
  name: 'pause',
  summary: 'suspend all processes of a container',
  args: [containerId],
  options: [],
  async run({ runtime }, { args: [id = ''] }) {
    const layer = await import('../../container/pause.ts');
    layer.pause(runtime, id);
    return 0;
  },
});
