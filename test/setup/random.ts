/** Random choices that can be made again: the seed is printed where a test fails, and `TSRUN_SEED` sets it. */

export function seed(): number {
  return Number(process.env.TSRUN_SEED ?? Date.now() % 100_000);
}

/** Numbers from 0 to 1: the same for the same seed (mulberry32). */
export function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function choose<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}
