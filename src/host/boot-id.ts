/** Which boot of the machine this is, random(4): numbers of processes and namespaces begin anew with each. */
import { IN_ONE_PIECE, readIfThere } from '../kernel/file-system.ts';

let known: string | undefined;

/** @returns undefined if /proc does not say */
export function bootId(): string | undefined {
  known ??= readIfThere('/proc/sys/kernel/random/boot_id', 'latin1', IN_ONE_PIECE)?.trim();
  return known;
}
