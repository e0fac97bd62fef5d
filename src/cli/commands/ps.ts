/** `tsrun ps`: the processes in a container. Engines read standard error with it: nothing goes there. */

import { defineCommand } from '../command.ts';
import { processTable } from '../process-table.ts';
import { containerId } from './container-id.ts';

export const ps = defineCommand({
  name: 'ps',
  summary: 'list the processes in a container',
  description:
    'Runs ps(1) of the host (ps -ef unless options for it are given) and prints the lines of the container.',
  args: [containerId, { name: 'ps-options', help: 'options for ps(1)', optional: true, rest: true }],
  options: [
    {
      name: 'format',
      short: 'f',
      type: 'text',
      value: 'FORMAT',
      choices: ['table', 'json'],
      default: 'table',
      help: 'table, or json for the pids alone',
    },
  ],
  stopAtFirstArgument: true,
  async run({ runtime, print }, { options, args: [id = '', ...words] }) {
    const layer = await import('../../container/processes.ts');
    const pids = layer.processes(runtime, id);
    if (options.format === 'json') {
      print(`${JSON.stringify(pids)}\n`);
      return 0;
    }
    print(processTable(pids, words[0] === '--' ? words.slice(1) : words));
    return 0;
  },
});
