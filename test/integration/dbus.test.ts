import { dbusTests } from '../setup/dbus-tests.ts';

dbusTests();
