/** Completion as it is installed, in the shells themselves. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';

const { directory } = inject('packages');
const env = { PATH: `${directory}/bin:/usr/bin:/bin`, SHARE: join(directory, 'share') };

test('bash', () => {
  const script = `source "$SHARE/bash-completion/completions/tsrun"
complete -p tsrun
COMP_WORDS=(tsrun sta) COMP_CWORD=1
_tsrun_completions
echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({
    stdout: 'complete -o bashdefault -o default -F _tsrun_completions tsrun\nstart state\n',
    stderr: '',
  });
});

/** A terminal, since zsh completes nowhere else; `zpty -r` waits until it has shown what is expected. */
const ZSH = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= fpath=($SHARE/zsh/vendor-completions $fpath); autoload -Uz compinit; compinit -D -u; echo re''ady'
zpty -r shell seen '*ready*'
zpty -w -n shell "$1"$'\\t'
zpty -r shell seen "$2"
zpty -d shell
print found`;

test.for([
  ['a command', 'tsrun featu', '*features*'],
  ['a choice, from the first time on', 'tsrun sta', '*start*state*'],
  ['an option', 'tsrun create --bun', '*--bundle*'],
])('zsh: %s', ([_, typed = '', shown = ''], context) => {
  need(context, 'zsh');
  const { stdout } = spawnSync('zsh', ['-f', '-c', ZSH, 'zsh', typed, shown], {
    env,
    encoding: 'utf8',
    timeout: patience(60_000),
    killSignal: 'SIGKILL',
  });
  expect(stdout).toBe('found\n');
});
