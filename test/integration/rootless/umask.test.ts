/** As test/integration/umask.test.ts, by an ordinary user. */
import '../umask.test.ts';
