/** `tsrun features`: engines read standard error with it, so nothing goes there. */
import { defineCommand } from '../command.ts';

export const features = defineCommand({
  name: 'features',
  summary: 'print what this version can do, as JSON',
  args: [],
  options: [],
  async run({ print }) {
    const { featuresDocument } = await import('../features-document.ts');
    print(`${JSON.stringify(featuresDocument(), null, 4)}\n`);
    return 0;
  },
});
