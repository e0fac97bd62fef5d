/** As test/integration/lifecycle.test.ts, by an ordinary user. */
import '../lifecycle.test.ts';
