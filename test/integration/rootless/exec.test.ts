/** As test/integration/exec.test.ts, by an ordinary user. */
import '../exec.test.ts';
