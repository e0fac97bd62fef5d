/** `tsrun create`: everything up to, not including, the user's process. */
import { defineCommand } from '../command.ts';
import { bundleOptions, createOptions, newContainerId } from './bundle-options.ts';

export const create = defineCommand({
  name: 'create',
  summary: 'create a container',
  description: 'Makes a container from a bundle and leaves it ready to start.',
  args: [newContainerId],
  options: bundleOptions,
  warnings: 'at-end',
  async run({ runtime }, { options, args: [id = ''] }) {
    const layer = await import('../../container/create.ts');
    await layer.create(runtime, createOptions(id, options));
    return 0;
  },
});
