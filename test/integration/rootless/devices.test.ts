/** The same, by ordinary users. */
import '../devices.test.ts';
