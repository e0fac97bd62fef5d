/** `tsrun completion`: a script for the shell. */
import { defineCommand } from '../command.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'print a completion script for bash or zsh',
  description: 'For bash: source <(tsrun completion bash). For zsh: the same, after compinit.',
  args: [{ name: 'shell', help: 'bash or zsh (default: bash)', optional: true, choices: ['bash', 'zsh'] }],
  options: [],
  async run({ print }, { args: [shell = 'bash'] }) {
    const { completionScript } = await import('../completion-scripts.ts');
    print(completionScript(shell));
    return 0;
  },
});
