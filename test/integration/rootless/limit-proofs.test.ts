/** Limits hold for an ordinary user to whom systemd delegates a cgroup: in the guest of `npm run test:vm`. */
import { existsSync } from 'node:fs';
import { test } from 'vitest';
import { findHost } from '../../limits/host.ts';
import { inSample, managersHere, testProofs } from '../../setup/limit-proofs.ts';

const { cgroup, user } = findHost({ manager: 'cgroupfs', scratch: '/' }).place;
const wanted = process.env.TSRUN_LONG === undefined ? inSample : () => true;
const delegates = user === 'user' && cgroup === 'v2' && existsSync('/run/systemd/system');

if (delegates)
  for (const manager of managersHere()) testProofs(`of an ordinary user, ${manager}:`, { manager, wanted });
else test('limits of an ordinary user', (context) => context.skip(true, 'no cgroup is delegated here'));
