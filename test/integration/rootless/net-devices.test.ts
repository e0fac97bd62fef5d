/** The same, by ordinary users. */
import '../net-devices.test.ts';
