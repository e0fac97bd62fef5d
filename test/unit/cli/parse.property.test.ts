import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/cli/command.ts';
import { commandNames, commands } from '../../../src/cli/commands.ts';
import { globalOptions } from '../../../src/cli/global-options.ts';
import { readGlobals } from '../../../src/cli/globals.ts';
import type { Option } from '../../../src/cli/option.ts';
import { parse } from '../../../src/cli/parse.ts';
import { parseCommand } from '../../../src/cli/parse-command.ts';
import { parseUnusual } from '../../../src/cli/yargs.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';

const options: readonly Option[] = [...globalOptions, ...commands.flatMap((command) => command.options)];

/** Words that are nearly right reach further into a parser than random ones. */
const word = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '-',
    '--',
    '---',
    '=',
    '-=',
    '--=',
    '--__proto__',
    '--constructor=1',
    '__proto__',
    '--a.b=1',
    '\n',
  ),
  fc.constantFrom(
    ...commandNames,
    ...options.flatMap(({ name }) => [`--${name}`, `-${name}`, `--no-${name}`]),
  ),
  fc
    .tuple(fc.constantFrom(...options.map(({ name }) => name)), fc.string())
    .map(([name, text]) => `--${name}=${text}`),
  fc.stringMatching(/^-[a-zA-Z]{1,4}$/),
);
const argv = fc.array(word, { maxLength: 8 });

test('no global words throw', () => {
  fc.assert(
    fc.property(argv, (words) => {
      expect(readGlobals(words).next.kind).toBeDefined();
    }),
    { numRuns: 2000 },
  );
});

test.each(commands)('no words for $name throw anything but a usage error', async (command) => {
  await fc.assert(
    fc.asyncProperty(argv, async (words) => {
      try {
        const parsed = await parseCommand(command, words);
        if (parsed !== 'help') checkValues(parsed.options);
      } catch (error) {
        expect(error).toBeInstanceOf(RuntimeError);
        expect(error).toMatchObject({ code: 'usage' });
      }
    }),
    { numRuns: 300 },
  );
});

/** Words with which the fast parser gets far. */
function usualWord({ table }: Command) {
  const names = table.options.map(({ name }) => name);
  const value = fc.oneof(fc.string(), fc.constantFrom('T', '0', '7', 'json', '"q"', "'", '-x', '--'));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...table.spellings.keys()) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `--${name}=${text}`),
    },
    { weight: 2, arbitrary: fc.oneof(value, fc.constantFrom('c1', 'sh', '', '-')) },
    word,
  );
}

test.each(commands)('$name: the fast parser leaves a line to yargs, or agrees with it', (command) => {
  const { name, table, stopAtFirstArgument: stop = false } = command;
  let parsed = 0;
  const same = (words: string[]) => {
    const fast = outcomeOf(() => parse(words, table, stop));
    if (fast.kind === 'unusual' || fast.kind === 'help') return;
    if (fast.kind === 'parsed') parsed += 1;
    expect(outcomeOf(() => parseUnusual(words, { table, stop, token: '?', command: name }))).toEqual(fast);
  };
  fc.assert(fc.property(fc.array(usualWord(command), { maxLength: 6 }), same), { numRuns: 500 });
  expect(parsed).toBeGreaterThan(50);
});

/** An error counts as an outcome; of several, each parser may report another one. */
function outcomeOf(work: () => { kind: string }): { kind: string } {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { kind: error.code };
  }
}

function checkValues(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    const types = options.filter((option) => option.name === name).map(({ type }) => type);
    expect(types).toContain(typeOf(value));
  }
  expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return { boolean: 'flag', number: 'number', string: 'text' }[typeof value as string] ?? typeof value;
}
