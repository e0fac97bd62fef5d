/** As test/integration/process-identity.test.ts, by an ordinary user. */
import '../process-identity.test.ts';
