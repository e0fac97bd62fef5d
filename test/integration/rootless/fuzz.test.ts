/** As test/integration/fuzz.test.ts, by an ordinary user. */
import '../fuzz.test.ts';
