/** As test/integration/damaged-state.test.ts, by an ordinary user. */
import '../damaged-state.test.ts';
