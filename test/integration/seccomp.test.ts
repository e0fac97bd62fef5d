/** Seccomp as root. */
import { testRefusals } from '../setup/seccomp-tests.ts';

testRefusals();
