import { expect, test } from 'vitest';
import { commands, findCommand } from '../../../src/cli/commands.ts';
import { completionScripts } from '../../../src/cli/completion-scripts.ts';
import { completions } from '../../../src/cli/completions.ts';
import { helpText, renderAll } from '../../../src/cli/help-text.ts';

test('the help lists all commands and shown options, and no hidden ones', async () => {
  const text = await helpText();
  for (const { name, summary } of commands) expect(text).toMatch(new RegExp(`tsrun ${name} +${summary}`));
  expect(text).toContain('--systemd-cgroup');
  expect(text).not.toContain('--criu');
});

test('the build renders the help of the program and of every command', async () => {
  const rendered = await renderAll();
  expect(Object.keys(rendered)).toEqual(['', ...commands.map(({ name }) => name)]);
  expect(rendered['']).toBe(await helpText());
  expect(rendered.create).toBe(await helpText(findCommand('create')));
});

test.each(commands)('the help of $name has its usage, arguments and options', async (command) => {
  const text = await helpText(command);
  expect(text).toMatch(new RegExp(`^tsrun ${command.name}`));
  for (const option of command.options) {
    if (option.hidden) expect(text).not.toContain(`--${option.name} `);
    else expect(text).toContain(`--${option.name} `);
  }
  for (const argument of command.args) expect(text).toContain(argument.name);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test.each([
  [['cr'], ['create']],
  [['--roo'], ['--root', '--rootless']],
  [
    ['--log-format', ''],
    ['text', 'json'],
  ],
  [
    ['--root', '/x', 'sta'],
    ['start', 'state'],
  ],
  [['create', '--bu'], ['--bundle']],
  [['create', '--bundle', ''], []],
  [['list', '--format', 'j'], ['json']],
  [
    ['list', '-f', ''],
    ['table', 'json'],
  ],
  [['kill', 'c', 'KI'], ['KILL']],
  [['help', 'co'], ['completion']],
  [['completion', 'z'], ['zsh']],
  [['nosuch', ''], []],
  [['state', 'c', ''], []],
])('completion of %j', async (words, found) => {
  expect(await completions(words)).toEqual(found);
});

test.each(Object.entries(completionScripts))('the script for %s asks tsrun', (_, script) => {
  expect(script).toContain('--get-yargs-completions');
});
