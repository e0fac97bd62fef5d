/** `tsrun start`: runs the user's process in a created container. */
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const start = defineCommand({
  name: 'start',
  summary: 'start the process of a created container',
  args: [containerId],
  options: [],
  warnings: 'at-end',
  async run({ runtime }, { args: [id = ''] }) {
    const layer = await import('../../container/start.ts');
    layer.start(runtime, id);
    return 0;
  },
});
