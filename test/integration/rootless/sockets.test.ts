/** As test/integration/sockets.test.ts, by an ordinary user. */
import '../sockets.test.ts';
