/** Which boot of the machine this is, random(4): numbers of processes and namespaces begin anew with each. */
import { readPieceIfThere } from '../kernel/file-system.ts';

let known: string | undefined;

/** @returns undefined if /proc does not say */
export function bootId(): string | undefined {
  known ??= readPieceIfThere('/proc/sys/kernel/random/boot_id', 'latin1')?.trim();
  return known;
}
