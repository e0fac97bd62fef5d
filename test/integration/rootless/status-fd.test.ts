/** As test/integration/status-fd.test.ts, by an ordinary user. */
import '../status-fd.test.ts';
