/** As test/integration/battery.test.ts, by an ordinary user. */
import '../battery.test.ts';
