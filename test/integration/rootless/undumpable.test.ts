/** As test/integration/undumpable.test.ts, by an ordinary user: for root it says little. */
import '../undumpable.test.ts';
