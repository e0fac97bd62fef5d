/** JSON pointers, RFC 6901. */

const PLAIN = /^[^~/]*$/;

/** `pointer` with one more segment, escaped. */
export function child(pointer: string, segment: string | number): string {
  const name = String(segment);
  if (PLAIN.test(name)) return `${pointer}/${name}`;
  return `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The segments of a pointer, unescaped. */
export function segments(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer; undefined when there is none. Only own properties count. */
export function valueAt(root: unknown, pointer: string): unknown {
  return segments(pointer).reduce((value, segment) => property(value, segment), root);
}

/** An own property of whatever `value` is. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** Whether one of the two pointers lies within the other. */
export function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
