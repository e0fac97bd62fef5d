/** As test/integration/escapes.test.ts, by an ordinary user. */
import '../escapes.test.ts';
