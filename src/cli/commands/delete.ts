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
    {
      name: 'regex',
      short: 'r',
      type: 'flag',
      help: 'every container whose id matches this regular expression',
    },
  ],
  async run({ runtime }, { options, args: [id = ''] }) {
    const layer = await import('../../container/delete.ts');
    const force = options.force ?? false;
    if (options.regex === true) {
      const { forMatching } = await import('../../container/matching.ts');
      forMatching(runtime, id, (one) => layer.remove(runtime, one, { force }));
    } else layer.remove(runtime, id, { force });
    return 0;
  },
});
