/** `tsrun help`. */
import { defineCommand } from '../command.ts';

export const help = defineCommand({
  name: 'help',
  summary: 'print help about tsrun or one of its commands',
  args: [{ name: 'command', help: 'the command', optional: true, complete: 'command' }],
  options: [],
  failureStatus: 3,
  async run({ print }, { args: [name] }) {
    // The list of commands, which it imports, has this one in it.
    const { helpAbout } = await import('../help-text.ts');
    print(await helpAbout(name));
    return 0;
  },
});
