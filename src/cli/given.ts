/** Options that were not given are absent, not `undefined`: what is built from them is so too. */

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined properties. */
export function given<T extends object>(object: T): Given<T>;
export function given(object: object): object {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) if (value !== undefined) result[name] = value;
  return result;
}
