/** `tsrun delete`: removes all that is left of a container. */
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const remove = defineCommand({
  name: 'delete',
  summary: 'delete a container and what belongs to it',
  args: [containerId],
  options: [
    {
      name: 'force',
      short: 'f',
      type: 'flag',
      help: 'kill it if it runs; a container that does not exist is no error',
    },
  ],
  async run({ runtime }, { options, args: [id = ''] }) {
    const layer = await import('../../container/delete.ts');
    await layer.remove(runtime, id, { force: options.force ?? false });
    return 0;
  },
});
