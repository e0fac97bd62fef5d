/** `tsrun list`: the containers of a root. */
import type { ContainerState } from '../../container/state.ts';
import { defineCommand } from '../command.ts';
import { listJson, listTable } from '../list-output.ts';

export const list = defineCommand({
  name: 'list',
  summary: 'list the containers of a root',
  args: [],
  options: [
    {
      name: 'format',
      short: 'f',
      type: 'text',
      value: 'FORMAT',
      choices: ['table', 'json'],
      default: 'table',
      help: 'table or json',
    },
    { name: 'quiet', short: 'q', type: 'flag', help: 'print ids only' },
  ],
  async run({ runtime, print, complain }, { options }) {
    const layer = await import('../../container/list.ts');
    const containers: ContainerState[] = [];
    for (const entry of layer.list(runtime)) {
      if ('error' in entry) complain(`load container ${entry.id}: ${entry.error}`);
      else containers.push(entry);
    }
    if (options.quiet === true) print(containers.map(({ id }) => `${id}\n`).join(''));
    else print(options.format === 'json' ? listJson(containers) : listTable(containers));
    return 0;
  },
});
