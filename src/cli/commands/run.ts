/** `tsrun run`: create, start, and, unless detached, wait and delete. */
import { defineCommand } from '../command.ts';
import { bundleOptions, createOptions, newContainerId } from './bundle-options.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'create and run a container',
  description: "Exits with the status of the container's process, 128+N if signal N ended it.",
  args: [newContainerId],
  options: [
    ...bundleOptions,
    { name: 'detach', short: 'd', type: 'flag', help: 'do not wait for the container to end' },
    { name: 'keep', type: 'flag', help: 'do not delete the container when it has ended' },
    { name: 'no-subreaper', type: 'flag', help: 'accepted and ignored', hidden: true },
  ],
  warnings: 'at-once',
  async run({ runtime }, { options, args: [id = ''] }) {
    const layer = await import('../../container/run.ts');
    const { detach = false, keep = false } = options;
    return layer.run(runtime, { ...createOptions(id, options), detach, keep });
  },
});
