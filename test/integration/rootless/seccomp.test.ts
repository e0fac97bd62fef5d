/** Seccomp as an ordinary user. */
import { testRefusals } from '../../setup/seccomp-tests.ts';

testRefusals();
