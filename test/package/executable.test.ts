/** The executable as a file: it needs no other, and does not know the processor of the machine that built it. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { need } from '../setup/needs.ts';

const { directory, archive, debian } = inject('packages');
const program = join(directory, 'bin/tsrun');

test('is static, and its stack is not executable', (context) => {
  need(context, 'gcc');
  const segments = readelf('--program-headers');
  expect(segments).not.toMatch(/\b(INTERP|DYNAMIC)\b/);
  expect(segments).toMatch(/GNU_STACK .* RW /);
});

/** The C library chooses functions by the processor at each start: what is saved in the heap must not be one of them. */
test('what is chosen by the processor is nowhere but in the table for that', (context) => {
  need(context, 'gcc');
  const [, from = '', size = ''] =
    /\.got +PROGBITS +(\w+) \w+ (\w+)/.exec(readelf('--section-headers')) ?? [];
  const begin = Number.parseInt(from, 16);
  const chosen = [...readelf('--relocs').matchAll(/^(\w+) .* R_\w+_IRELATIV/gm)].map(([, at = '']) =>
    Number.parseInt(at, 16),
  );
  expect(chosen.length).toBeGreaterThan(5);
  expect(chosen.filter((at) => at < begin || at >= begin + Number.parseInt(size, 16))).toEqual([]);
});

test('the packages have less than 3 MB', () => {
  for (const file of [archive, debian]) expect(statSync(file).size).toBeLessThan(3e6);
});

function readelf(what: string): string {
  const { status, stdout } = spawnSync('readelf', ['--wide', what, program], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout;
}
