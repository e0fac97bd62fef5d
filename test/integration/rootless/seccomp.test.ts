/** Seccomp as an ordinary user. */
import { testForbidding } from '../../setup/seccomp-error-tests.ts';
import { testListener } from '../../setup/seccomp-listener-tests.ts';
import { testNewerCalls, testRefusals } from '../../setup/seccomp-tests.ts';

testRefusals();
testNewerCalls();
testListener();
testForbidding();
