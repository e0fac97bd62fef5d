/** The same, by ordinary users. */
import '../nested.test.ts';
