/** All proofs, by family. */
import type { Proof } from './proof.ts';
import { apparmor } from './proofs/apparmor.ts';
import { cpu } from './proofs/cpu.ts';
import { devices } from './proofs/devices.ts';
import { io } from './proofs/io.ts';
import { memory } from './proofs/memory.ts';
import { hugetlb, others } from './proofs/others.ts';
import { pids } from './proofs/pids.ts';
import { whole } from './proofs/whole.ts';

export const families: Readonly<Record<string, readonly Proof[]>> = {
  memory,
  processes: pids,
  processors: cpu,
  disks: io,
  devices,
  'huge pages': hugetlb,
  'other controllers': others,
  'the container as a whole': whole,
  AppArmor: apparmor,
};
