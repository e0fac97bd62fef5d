import { expect, test } from 'vitest';
import { chosenParts, type Part, parts } from '../../../scripts/test/parts.ts';
import { type PartResult, recordText } from '../../../scripts/test/record.ts';

function result(part: Part, passed: number, commit: string): PartResult {
  return { part, tally: { passed, failed: 1, skipped: 2 }, milliseconds: 100_000, commit };
}

const [first, second] = parts as [Part, Part];

test('parts are recorded one by one, in their order, with a sum', () => {
  const once = recordText(
    '',
    result(second, 30, 'bbb'),
    'as root, on Linux 6',
    new Date('2031-02-03T04:05:06Z'),
  );
  const twice = recordText(once, result(first, 4, 'aaa'), 'as root, on Linux 7', new Date('2032-02-03'));
  const again = recordText(twice, result(second, 50, 'ccc'), 'as root, on Linux 7', new Date('2033-02-03'));
  expect(once).toContain(
    `\n| ${second.title} | 30 | 1 | 2 | 2 | 2031-02-03 | bbb |\n| all | 30 | 1 | 2 | 2 | | |\n`,
  );
  expect(again.split('\n').filter((line) => /^\| .*\d/.test(line))).toEqual([
    `| ${first.title} | 4 | 1 | 2 | 2 | 2032-02-03 | aaa |`,
    `| ${second.title} | 50 | 1 | 2 | 2 | 2033-02-03 | ccc |`,
    '| all | 54 | 2 | 4 | 4 | | |',
  ]);
  expect(again).not.toContain('Linux 6');
});

test('without names all parts run, those of test:all only there', () => {
  expect(chosenParts(true, [])).toEqual(parts);
  expect(chosenParts(false, []).map(({ name }) => name)).toEqual(['tests', 'engines', 'rootless', 'package']);
  expect(chosenParts(true, ['runc', 'engines']).map(({ name }) => name)).toEqual(['engines', 'runc']);
  expect(() => chosenParts(false, ['guest'])).toThrow('unknown part "guest"; known: tests, engines');
});
