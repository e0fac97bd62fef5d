import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandNames, loadAllCommands } from '../../../src/cli/commands.ts';
import { globalOptions } from '../../../src/cli/global-options.ts';
import { readGlobals } from '../../../src/cli/globals.ts';
import { parseCommand } from '../../../src/cli/parse-command.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';

const commands = await loadAllCommands();
const options = [...globalOptions, ...commands.flatMap((command) => command.options)];

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
