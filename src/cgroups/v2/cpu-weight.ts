/**
 * cpu.shares of version 1 (2 … 262144, usually 1024) as cpu.weight of version 2 (1 … 10000, usually 100).
 *
 * The quadratic function through the smallest, the usual and the largest value that runc and crun have used since
 * 2025; a straight line through the ends made 39 of 1024.
 */
export function weightOfShares(shares: number | bigint): number {
  const value = Number(shares);
  if (value <= 2) return 1;
  if (value >= 262_144) return 10_000;
  const l = Math.log2(value);
  return Math.ceil(10 ** ((l * l + 125 * l) / 612 - 7 / 34));
}
