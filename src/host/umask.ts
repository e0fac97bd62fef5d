/**
 * The file mode creation mask, umask(2). What tsrun creates has the modes that it asks for, whatever its caller's mask
 * is: with 0777 even its own directories could not be entered. Hooks, and files that are the caller's, keep the caller's.
 */

/** Takes nothing away from any mode that tsrun asks for. */
const OWN = 0o022;

let ofCaller: number | undefined;

/** To be called once, before the first file is created. */
export function setOwnUmask(): void {
  ofCaller ??= process.umask(OWN);
}

export function callerUmask(): number {
  return ofCaller ?? process.umask();
}

/** The mode for a file of the caller's: its owner may read and write it in any case. */
export function modeForCaller(mode: number): number {
  return mode & ~(callerUmask() & 0o077);
}
