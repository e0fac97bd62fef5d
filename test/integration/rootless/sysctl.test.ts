/** The same, by ordinary users. */
import '../sysctl.test.ts';
