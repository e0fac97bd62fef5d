/** As test/integration/half-made.test.ts, by an ordinary user. */
import '../half-made.test.ts';
