/** Many containers with limits at a time, as root, and beside a systemd. */
import { afterAll, beforeAll } from 'vitest';
import { crowdTests, ownCrowd } from '../setup/crowd-tests.ts';
import { limitsHere } from '../setup/limits-here.ts';
import { needRoot } from '../setup/needs.ts';
import { type FoundSystemd, findSystemd, leaveSystemd, needSystemd, needWay } from '../setup/systemd-host.ts';
import { systemdRig } from '../setup/systemd-tests.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findSystemd();
});

afterAll(() => leaveSystemd(found));

crowdTests('as root', (context) => {
  needRoot(context);
  return ownCrowd();
});

for (const as of ['asRoot', 'asUser'] as const) {
  crowdTests(`scopes, ${as}`, (context) => {
    const systemd = needSystemd(context, found);
    const way = needWay(context, systemd[as]);
    const own = systemdRig(context, found, as);
    const { devices, ...others } = limitsHere();
    return {
      rig: own.rig,
      line: [...way, systemd.program, '--root', own.rig.root, '--systemd-cgroup'],
      bundle: own.bundle,
      // Ours has a version 2 hierarchy without controllers; and a user has no device rules.
      resources: { ...(systemd.ours ? {} : others), ...(as === 'asRoot' ? { devices } : {}) },
      left: own.left,
      sample: 8,
      pauses: true,
      kills: !systemd.ours,
    };
  });
}
