/** As test/integration/events.test.ts, by an ordinary user. */
import '../events.test.ts';
