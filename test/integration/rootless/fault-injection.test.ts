/** Faults, as an ordinary user. */
import { faultTests } from '../../setup/fault-tests.ts';

faultTests(
  {
    plain: () => {},
    'overlay on disk': (config) => {
      config.annotations = { 'org.tsrun.overlay': 'disk' };
    },
  },
  () => {},
);
