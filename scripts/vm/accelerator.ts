/** Whether KVM works here: there are machines with a /dev/kvm that aborts, or is slower than software. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inRoot } from '../build/paths.ts';
import { endGuest, inGuest, startGuest } from './guest.ts';
import type { Accelerator, Machine } from './qemu.ts';

/** Starts a guest for a trial, once per start of the machine. */
export async function usableAccelerator(machine: Pick<Machine, 'image' | 'clone'>): Promise<Accelerator> {
  if (!accessible('/dev/kvm')) return 'tcg';
  const kept = inRoot('.cache/vm-accelerator');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const [known, found] = existsSync(kept) ? readFileSync(kept, 'utf8').split(' ') : [];
  if (known === boot && (found === 'kvm' || found === 'tcg')) return found;
  const tried = (await works(machine)) ? 'kvm' : 'tcg';
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, `${boot} ${tried}`);
  return tried;
}

/** A start within its time, and a quarter of a second of work done in less than five. */
async function works(machine: Pick<Machine, 'image' | 'clone'>): Promise<boolean> {
  try {
    const guest = await startGuest({ ...machine, accelerator: 'kvm' }, false);
    const silent = { stdout: () => {}, stderr: () => {} };
    const work = 'for _ in {1..100}; do /bin/true; done';
    const status = await inGuest(guest, 'root', work, 5, silent).catch(() => 1);
    endGuest(guest);
    return status === 0;
  } catch {
    return false;
  }
}

function accessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
