import { expect, test } from 'vitest';
import { ownLines } from '../../../src/cli/process-table.ts';

const OUTPUT = 'UID   PID  PPID CMD\nroot    1     0 init 12\nroot   12     1 sh\n1      21    12 ps 12\n';

test('the header stays, and the lines whose pid is one of those wanted', () => {
  expect(ownLines(OUTPUT, [12, 21])).toBe('UID   PID  PPID CMD\nroot   12     1 sh\n1      21    12 ps 12\n');
  expect(ownLines(OUTPUT, [])).toBe('UID   PID  PPID CMD\n');
});

test('a table without pids is an error', () => {
  expect(() => ownLines('CMD\nsh\n', [1])).toThrow("couldn't find PID field in ps output");
});
