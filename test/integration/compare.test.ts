/**
 * The same bundle under tsrun, runc and crun: a process looks around (test/setup/probe-script.ts), and what it sees
 * must be the same, save for the differences that test/setup/probe-differences.ts lists with their reasons.
 */
import { describe } from 'vitest';
import { compareAll } from '../setup/probe-tests.ts';

describe('as root, a process sees what it sees in the container of the other runtime:', () => {
  compareAll('root');
});
