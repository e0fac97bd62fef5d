/** `tsrun completion`: a script for the shell. */
import { defineCommand } from '../command.ts';
import { completionScripts } from '../completion-scripts.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'print a completion script for bash or zsh',
  description: 'For bash: source <(tsrun completion bash). For zsh: the same, after compinit.',
  args: [
    {
      name: 'shell',
      help: 'bash or zsh',
      optional: true,
      default: 'bash',
      choices: Object.keys(completionScripts),
    },
  ],
  options: [],
  async run({ print }, { args: [shell] }) {
    // Others are not among the choices.
    print(completionScripts[shell as keyof typeof completionScripts]);
    return 0;
  },
});
