/** Random choices that a seed repeats. */

export interface Random {
  /** From 0 up to, not including, `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (end: number) => next() % end;
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

/** The seed of this run: `TSRUN_SEED`, or another one each time. */
export function seedOfRun(): number {
  return Number(process.env.TSRUN_SEED ?? Date.now() % 1_000_000_000);
}
