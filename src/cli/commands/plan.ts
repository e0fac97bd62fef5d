/** `tsrun plan`: what `create` and `start` would do, without doing it. */
import { defineCommand } from '../command.ts';
import { bundleOptions, createOptions, newContainerId } from './bundle-options.ts';

export const plan = defineCommand({
  name: 'plan',
  summary: 'print the steps that create and start would take',
  description: 'Nothing is done: no container, no directory, no mount.',
  args: [{ ...newContainerId, optional: true }],
  options: [
    ...bundleOptions,
    {
      name: 'format',
      type: 'text',
      value: 'FORMAT',
      choices: ['text', 'json'],
      default: 'text',
      help: 'text or json',
    },
  ],
  async run({ runtime, print }, { options, args: [id = 'container'] }) {
    const [layer, { planJson, printPlan }] = await Promise.all([
      import('../../container/plan.ts'),
      import('../../plan/print.ts'),
    ]);
    const steps = layer.plan(runtime, createOptions(id, options));
    print(options.format === 'json' ? `${JSON.stringify(planJson(steps), null, 2)}\n` : printPlan(steps));
    return 0;
  },
});
