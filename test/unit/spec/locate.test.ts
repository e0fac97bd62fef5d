import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { loadConfig } from '../../../src/spec/load.ts';
import { locate } from '../../../src/spec/locate.ts';
import { message, withFile } from './fixture.ts';

describe('broken JSON', () => {
  test.each([
    ['a trailing comma', '{"a": [1,]}', '1:10', 'expected a value, found "]"; remove the comma before it'],
    ['a missing comma', '{\n"a": 1\n"b": 2}', '3:1', 'expected a comma, found the string "b"'],
    ['a comment', '{\n// x\n"a": 1}', '2:1', 'expected JSON, found a comment; remove it'],
    ['single quotes', "{'a': 1}", '1:2', 'found "\'a\'"; write double quotes'],
    [
      'an unfinished string',
      '{"a": "b\n}',
      '1:7',
      'expected a double quote that ends the string, found the end of the line',
    ],
    ['a bare word', '{"a": yes}', '1:7', 'expected a value, found "yes"'],
    ['an empty file', '', '1:1', 'the file is empty'],
    ['more after the end', '{} {}', '1:4', 'expected the end of the file, found "{"'],
    ['a bad escape', '{"a": "\\x"}', '1:7', 'expected an escape such as'],
  ])('with %s says where and what', async (_title, text, place, words) => {
    const shown = await message(text);
    expect(shown.split('\n')[0]).toContain(words);
    expect(shown).toMatch(new RegExp(`^config\\.json:${place}: not valid JSON: `));
  });

  test('on a very long line shows only what is near', async () => {
    const text = `{"a": "${'x'.repeat(500)}", "b": ?, "c": "${'y'.repeat(500)}"}`;
    const [, line = '', caret = ''] = (await message(text)).split('\n');
    expect(line.length).toBeLessThan(140);
    expect(line[caret.indexOf('^')]).toBe('?');
  });

  test('does not let a tab move the caret', async () => {
    const [, line = '', caret = ''] = (await message('{\n\t\t"a": ?\n}')).split('\n');
    expect(line[caret.indexOf('^')]).toBe('?');
    expect(line).not.toContain('\t');
  });
});

test('a position does not count a byte order mark', async () => {
  expect(await message('\uFEFF[]')).toMatch(/^config\.json:1:1: /);
});

test('of a property that is there twice the last one is shown', async () => {
  const text = '{"ociVersion": "1.3.0",\n"ociVersion": 5, "root": {"path": "r"}}';
  expect(await message(text)).toContain(
    'config.json:2:15: /ociVersion: expected a string, found the number 5',
  );
});

test('an escaped key is found', async () => {
  const text = '{"annotations": {\n"a/b~c": 1}}';
  expect(await message(text)).toContain('config.json:2:10: /annotations/a~1b~0c: expected a string');
});

test('a key cannot steer the terminal', async () => {
  expect(await message('{"annotations": {"\\u001b[2J": 1}}')).toContain('/annotations/\uFFFD[2J: ');
});

test('an error that wraps a located one gets the positions too', async () => {
  const cause = withFile('{', (file) => {
    try {
      return loadConfig(file);
    } catch (error) {
      return error as RuntimeError;
    }
  }) as RuntimeError;
  const wrapped = new RuntimeError('bundle', `cannot use the bundle: ${cause.message}`, { cause });
  const located = await locate(wrapped);
  expect(located.code).toBe('bundle');
  expect(located.message).toMatch(/^cannot use the bundle: .*config\.json:1:2: not valid JSON/);
  expect(located.details.findings?.[0]).toMatchObject({ line: 1, column: 2 });
});

test('any other error comes back as it is', async () => {
  const error = new RuntimeError('state', 'container not running');
  expect(await locate(error)).toBe(error);
});
