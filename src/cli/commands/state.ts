/** `tsrun state`: what a container is and does, as JSON. Engines read standard error with it: nothing goes there. */
import { defineCommand } from '../command.ts';
import { stateObject } from '../state-json.ts';
import { containerId } from './container-id.ts';

export const state = defineCommand({
  name: 'state',
  summary: 'print the state of a container',
  args: [containerId],
  options: [],
  async run({ runtime, print }, { args: [id = ''] }) {
    const layer = await import('../../container/state.ts');
    // As runc: no line break at the end.
    print(JSON.stringify(stateObject(await layer.state(runtime, id)), null, 2));
    return 0;
  },
});
