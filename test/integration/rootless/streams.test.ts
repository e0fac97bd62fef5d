/** As test/integration/streams.test.ts, by an ordinary user. */
import '../streams.test.ts';
