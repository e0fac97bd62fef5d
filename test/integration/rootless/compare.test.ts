/** As test/integration/compare.test.ts, for ordinary users. */
import { describe } from 'vitest';
import { compareAll } from '../../setup/probe-tests.ts';

describe('rootless, a process sees what it sees in the container of the other runtime:', () => {
  compareAll('rootless');
});
