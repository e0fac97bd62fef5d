/** As test/integration/pause.test.ts, by an ordinary user. */
import '../pause.test.ts';
