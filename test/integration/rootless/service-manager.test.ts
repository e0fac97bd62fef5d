/** As test/integration/service-manager.test.ts, by an ordinary user. */
import '../service-manager.test.ts';
