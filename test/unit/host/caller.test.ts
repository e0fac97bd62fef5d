import { expect, test, vi } from 'vitest';
import { callerEnvironment, callerVariable } from '../../../src/host/caller.ts';
import { ownEnvironment } from '../../../src/kernel/own-process.ts';

vi.mock('../../../src/kernel/own-process.ts', { spy: true });

test('of equal names the first counts, as for getenv(3)', () => {
  vi.mocked(ownEnvironment).mockReturnValue(['A=1', 'B', 'A=2', 'AB=', '__proto__=x=y']);
  expect(Object.entries(callerEnvironment())).toEqual([
    ['A', '1'],
    ['AB', ''],
    ['__proto__', 'x=y'],
  ]);
  expect(['A', 'AB', 'B', 'C'].map(callerVariable)).toEqual(['1', '', undefined, undefined]);
});
