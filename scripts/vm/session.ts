/** A guest for this call: one that was kept, or a new one with the clone as it is now on a disk of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyClone } from '../test/readable-clone.ts';
import { usableAccelerator } from './accelerator.ts';
import { makeDisk } from './disk.ts';
import { removedAtEnd } from './ending.ts';
import { type Guest, startGuest } from './guest.ts';
import { guestImage } from './image.ts';
import { keepGuest, keptGuest } from './kept.ts';

/** @param keep whether the guest stays when this process ends */
export async function openGuest(keep: boolean): Promise<Guest> {
  const kept = keptGuest();
  if (kept !== undefined) return kept;
  const image = await guestImage();
  const scratch = removedAtEnd(mkdtempSync('/tmp/tsrun-vm-disk-'));
  const tree = join(scratch, 'clone');
  const clone = join(scratch, 'clone.img');
  copyClone(tree);
  await makeDisk(tree, clone, 1000);
  rmSync(tree, { recursive: true });
  const accelerator = await usableAccelerator({ image, clone });
  const begin = Date.now();
  // QEMU holds the file open: it may be deleted once the guest has started.
  const guest = await startGuest({ image, clone, accelerator }, keep);
  const took = ((Date.now() - begin) / 1000).toFixed(1);
  console.error(`the guest has started (${took} s, ${accelerator})`);
  if (keep) keepGuest(guest);
  return guest;
}
