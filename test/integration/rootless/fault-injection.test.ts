/** Faults, as an ordinary user. */
import { execFaultTests } from '../../setup/exec-fault-tests.ts';
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

execFaultTests(() => {});
