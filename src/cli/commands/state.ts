/** `tsrun state`: what a container is and does, as JSON. Engines read standard error with it: nothing goes there. */
import { stateText } from '../../container/state-json.ts';
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const state = defineCommand({
  name: 'state',
  summary: 'print the state of a container',
  args: [containerId],
  options: [],
  async run({ runtime, print }, { args: [id = ''] }) {
    const layer = await import('../../container/state.ts');
    print(stateText(await layer.state(runtime, id)));
    return 0;
  },
});
