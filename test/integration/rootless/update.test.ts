/** As test/integration/update.test.ts, by an ordinary user. */
import '../update.test.ts';
