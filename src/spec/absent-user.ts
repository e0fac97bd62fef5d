/** `process.user`, which the specification's schema does not require. */

/** Puts uid 0 and gid 0 in place where there is no user, as runc reads it; says whether it did. */
export function addUser(process: unknown): boolean {
  if (typeof process !== 'object' || process === null || Array.isArray(process)) return false;
  if (Object.hasOwn(process, 'user')) return false;
  Object.assign(process, { user: { uid: 0, gid: 0 } });
  return true;
}
