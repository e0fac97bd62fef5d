import { expect, test } from 'vitest';
import { OutputTail } from '../../../src/hooks/output-tail.ts';

function linesOf(...chunks: readonly string[]): string[] {
  const tail = new OutputTail();
  for (const chunk of chunks) tail.add(Buffer.from(chunk));
  return tail.lines();
}

test('chunks are put together, whatever they cut', () => {
  expect(linesOf('one\ntw', 'o\n')).toEqual(['one', 'two']);
  const bytes = Buffer.from('é\n');
  const tail = new OutputTail();
  tail.add(bytes.subarray(0, 1));
  tail.add(bytes.subarray(1));
  expect(tail.lines()).toEqual(['é']);
});

test('nothing written is no line', () => {
  expect(linesOf()).toEqual([]);
  expect(linesOf('\n', '\n')).toEqual([]);
});

test('what a terminal would act on is left out', () => {
  expect(linesOf('\u001b[31mred\u001b[0m\r\n\u0007bell\u009b')).toEqual(['[31mred[0m', 'bell']);
});

test('of much output the end is kept, and said to be an end', () => {
  const chunks = Array.from({ length: 2000 }, (_, index) => `line ${index} ${'x'.repeat(90)}\n`);
  const lines = linesOf(...chunks, 'last\n');
  expect(lines[0]).toBe('…');
  expect(lines.at(-1)).toBe('last');
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.join('\n').length).toBeLessThan(17 * 1024);
});
