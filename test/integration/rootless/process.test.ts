/** As test/integration/process.test.ts, by an ordinary user. */
import '../process.test.ts';
