/** Lists of processors and memory nodes as the kernel writes them, cpuset(7) (List format): `0-3,7`. */

/** More than any kernel is built for (CONFIG_NR_CPUS, CONFIG_NODES_SHIFT). */
const LARGEST = 65_535;

export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** @returns undefined where it is no such list; an empty text is an empty list */
export function parseNumberList(text: string): readonly NumberRange[] | undefined {
  if (text.trim() === '') return [];
  const ranges: NumberRange[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (from === undefined || first > last || last > LARGEST) return undefined;
    ranges.push({ first, last });
  }
  return ranges;
}

/** A bit per number, lowest first, in whole 64-bit words. */
export function bitSet(ranges: readonly NumberRange[]): Uint8Array {
  const last = ranges.reduce((largest, range) => Math.max(largest, range.last), -1);
  const bits = new Uint8Array(Math.ceil((last + 1) / 64) * 8);
  for (const range of ranges) {
    for (let bit = range.first; bit <= range.last; bit++)
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return bits;
}
