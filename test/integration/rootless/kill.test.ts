/** As test/integration/kill.test.ts, by an ordinary user. */
import '../kill.test.ts';
