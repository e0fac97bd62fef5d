/** JSON null in the place of an absent property. */

/** Deletes the properties that are null, in place and at any depth; says whether there were any. */
export function dropNulls(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.map(dropNulls).includes(true);
  let dropped = false;
  // Own keys only, and never an assignment: a key may be "__proto__".
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null) delete (value as Record<string, unknown>)[key];
    if (inner === null || dropNulls(inner)) dropped = true;
  }
  return dropped;
}
