/** Faults, as root: in a container on its rootfs, on overlays, and in a user namespace. */
import { execFaultTests } from '../setup/exec-fault-tests.ts';
import { faultTests } from '../setup/fault-tests.ts';
import { needRoot } from '../setup/needs.ts';

faultTests(
  {
    plain: () => {},
    'overlay in memory': (config) => {
      config.annotations = { 'org.tsrun.overlay': 'tmpfs' };
    },
    'overlay on disk, user namespace': (config) => {
      config.annotations = { 'org.tsrun.overlay': 'disk' };
      config.linux.namespaces.push({ type: 'user' });
      config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      config.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    },
  },
  needRoot,
);

execFaultTests(needRoot);
