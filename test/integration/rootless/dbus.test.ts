/** An ordinary user's session bus. */
import { dbusTests } from '../../setup/dbus-tests.ts';

dbusTests();
