/** docs/differences.md tells what the comparison with runc and crun accepts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acceptedDifferences } from '../setup/probe-differences.ts';

test('every difference that is accepted is in docs/differences.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/differences.md'), 'utf8');
  const missing = acceptedDifferences.filter(({ title }) => !text.includes(`\n| ${title} |`));
  expect(missing.map(({ title }) => title)).toEqual([]);
});
