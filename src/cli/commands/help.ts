/** `tsrun help`. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { defineCommand } from '../command.ts';

export const help = defineCommand({
  name: 'help',
  summary: 'print help about tsrun or one of its commands',
  args: [{ name: 'command', help: 'the command', optional: true, complete: 'command' }],
  options: [],
  failureStatus: 3,
  async run({ print }, { args: [name] }) {
    const { helpText } = await import('../help-text.ts');
    const { loadCommand } = await import('../commands.ts');
    if (name !== undefined && loadCommand(name) === undefined) {
      throw new RuntimeError('usage', `No help topic for '${name}'`, {
        hint: 'tsrun --help lists the commands',
      });
    }
    print(await helpText(name));
    return 0;
  },
});
