/** The same, by ordinary users. */
import '../every-field.test.ts';
