/**
 * The file mode creation mask, umask(2). What tsrun creates has the modes that it asks for, whatever its caller's mask
 * is: with 0777 even its own directories could not be entered. Hooks, and files that are the caller's, keep the caller's.
 */
import { setUmask } from '../kernel/own-process.ts';

/** Takes nothing away from any mode that tsrun asks for. */
const OWN = 0o022;

let ofCaller: number | undefined;

/** To be called once, before the first file is created. */
export function setOwnUmask(): void {
  ofCaller ??= setUmask(OWN);
}

export function callerUmask(): number {
  if (ofCaller !== undefined) return ofCaller;
  const mask = setUmask(OWN);
  setUmask(mask);
  return mask;
}

/** The mode for a file of the caller's: its owner may read and write it in any case. */
export function modeForCaller(mode: number): number {
  return mode & ~(callerUmask() & 0o077);
}
