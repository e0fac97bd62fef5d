/** As test/integration/foreign-containers.test.ts, by an ordinary user. */
import '../foreign-containers.test.ts';
