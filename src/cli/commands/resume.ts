/** `tsrun resume`: let the processes of a paused container go on. */
import { defineCommand } from '../command.ts';
import { containerId } from './container-id.ts';

export const resume = defineCommand({
  name: 'resume',
  summary: 'let the processes of a paused container go on',
  args: [containerId],
  options: [],
  async run({ runtime }, { args: [id = ''] }) {
    const layer = await import('../../container/pause.ts');
    layer.resume(runtime, id);
    return 0;
  },
});
