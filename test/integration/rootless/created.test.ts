/** As test/integration/created.test.ts, by an ordinary user. */
import '../created.test.ts';
