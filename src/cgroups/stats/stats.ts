/**
 * What a container has used, in the shape of runc's `events` (its types/events.go): times in nanoseconds, sizes in
 * bytes, and what is zero left out where runc leaves it out.
 */

export type Amount = number | bigint;

export interface Usage {
  readonly limit: Amount;
  readonly usage?: Amount;
  readonly max?: Amount;
  readonly failcnt: Amount;
}

/** How long processes waited for it, kernel: accounting/psi.rst. */
export interface Pressure {
  readonly some: PressureLine;
  readonly full: PressureLine;
}

export interface PressureLine {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly total: Amount;
}

export interface BlockIoEntry {
  readonly major?: Amount;
  readonly minor?: Amount;
  readonly op?: string;
  readonly value?: Amount;
}

export interface CgroupStats {
  readonly cpu: object;
  readonly cpuset: object;
  readonly memory: object;
  readonly pids: object;
  readonly blkio: object;
  readonly hugetlb: object;
}

/** The content of a file of the cgroup, without the newline at its end; empty where there is none. */
export type Read = (file: string) => string;

/** A number, whole whatever its size; `max` is the largest. */
export function amount(text: string): Amount {
  if (text === 'max') return 2n ** 64n - 1n;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** `name value`, line by line. */
export function table(text: string): ReadonlyMap<string, Amount> {
  const amounts = new Map<string, Amount>();
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    if (fields.length > 1) amounts.set(fields[0] ?? '', amount(fields[1] ?? ''));
  }
  return amounts;
}

/** Of a table. */
export function byName(amounts: ReadonlyMap<string, Amount>): Readonly<Record<string, Amount>> {
  const entries = [...amounts.keys()].sort().map((name) => [name, amounts.get(name)]);
  return Object.fromEntries(entries);
}

/** Without what is zero or empty. */
export function nonZero<T extends Readonly<Record<string, Amount | string | readonly unknown[]>>>(
  fields: T,
): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : value !== '' && Number(value) !== 0,
    ),
  ) as Partial<T>;
}

/** `0-2,5` → 0, 1, 2, 5 */
export function numbersOf(list: string): number[] {
  return list
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** @returns nothing where the kernel does not count it */
export function pressure(text: string): { readonly psi?: Pressure } {
  if (text === '') return {};
  const line = (name: string): PressureLine => {
    const own = text.split('\n').find((one) => one.startsWith(`${name} `)) ?? '';
    const value = (key: string) => new RegExp(`${key}=([\\d.]+)`).exec(own)?.[1] ?? '0';
    const [avg10 = 0, avg60 = 0, avg300 = 0] = ['avg10', 'avg60', 'avg300'].map((key) => Number(value(key)));
    return { avg10, avg60, avg300, total: amount(value('total')) };
  };
  return { psi: { some: line('some'), full: line('full') } };
}
