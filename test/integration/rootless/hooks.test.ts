/** The same tests for an ordinary user. */
import '../hooks.test.ts';
