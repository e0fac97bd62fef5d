import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { parseSignal, signalNames } from '../../../src/process/signals.ts';

test.each([
  ['9', 9],
  ['0', 0],
  ['64', 64],
  ['KILL', 9],
  ['SIGKILL', 9],
  ['sigterm', 15],
  ['rtmin', 34],
  ['SIGRTMIN+1', 35],
  ['RTMAX-2', 62],
  ['RTMAX', 64],
  ['IOT', 6],
])('%s is %i', (text, number) => {
  expect(parseSignal(text)).toBe(number);
});

test.each([
  '',
  'SIG',
  'SIGSIGKILL',
  'FOO',
  '65',
  '-9',
  '9x',
  ' 9',
  'RTMIN+31',
  'RTMAX+1',
  'RTMIN-1',
  '__proto__',
])('%j is none', (text) => {
  expect(() => parseSignal(text)).toThrow(expect.objectContaining({ code: 'usage' }));
});

test("the table is the kernel's", () => {
  const numbers: Record<string, number> = { ...constants.signals };
  for (const name of signalNames) expect(parseSignal(name), name).toBe(numbers[name]);
  expect(signalNames).toHaveLength(31);
});
