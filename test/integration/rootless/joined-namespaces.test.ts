/** The same, by ordinary users. */
import '../joined-namespaces.test.ts';
