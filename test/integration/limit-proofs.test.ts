/**
 * Limits hold, as root: on cgroup v1 all proofs of test/limits; where version 2 stands beside it, those that it can
 * show without controllers; in the guest of `npm run test:vm` with both managers.
 */
import { findHost } from '../limits/host.ts';
import type { Proof } from '../limits/proof.ts';
import { inSample, managersHere, testProofs } from '../setup/limit-proofs.ts';

const { cgroup, user } = findHost({ manager: 'cgroupfs', scratch: '/' }).place;
const whole =
  process.env.TSRUN_LONG !== undefined || (cgroup !== 'v2' && process.env.TSRUN_JS_RUNTIME === 'quickjs');
const wanted = whole ? () => true : inSample;

if (user === 'root')
  for (const manager of managersHere()) testProofs(`on cgroup ${cgroup}, ${manager}:`, { manager, wanted });

/** In a mount namespace in which the runtime finds version 2 alone. */
const hideVersion1 =
  'umount -l /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';

/** Those for which the hierarchy of version 2 has what they need, though all controllers are with version 1. */
function withoutControllers(family: string, { claim }: Proof): boolean {
  const whatIsUpdated = /update/.test(claim);
  return !whatIsUpdated && ['devices', 'huge pages', 'the container as a whole'].includes(family);
}

if (user === 'root' && cgroup === 'hybrid')
  testProofs('on cgroup v2 of a hybrid machine:', {
    manager: 'cgroupfs',
    onlyVersion2: true,
    through: ['unshare', '-m', 'sh', '-c', hideVersion1, 'sh'],
    wanted: withoutControllers,
  });
