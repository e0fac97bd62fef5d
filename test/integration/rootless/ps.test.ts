/** As test/integration/ps.test.ts, by an ordinary user. */
import '../ps.test.ts';
