/**
 * How much long batteries try: a sample, or with TSRUN_LONG=1 all, on QuickJS as the clone has it. On Node, which takes
 * three times as long, and in packages the steps are the same ones: a tenth there (TSRUN_REPEATED, vitest.config.ts).
 */
const long = process.env.TSRUN_LONG === '1';
const isRepeated = process.env.TSRUN_REPEATED !== undefined;

/** Whether this is where batteries run in full. */
export const full = long && !isRepeated;

/** How often something random is tried. */
export function rounds({ sample, all }: { readonly sample: number; readonly all: number }): number {
  if (full) return all;
  return long ? Math.max(sample, Math.round(all / 10)) : sample;
}

/** How many of something large are made: on QuickJS as many, elsewhere a tenth, or with TSRUN_LONG=1 as many. */
export function amount(usual: number): number {
  return isRepeated && !long ? Math.round(usual / 10) : usual;
}

/** Of a table of similar cases: on QuickJS all of them, elsewhere every third, or with TSRUN_LONG=1 all. */
export function sampled<T>(cases: readonly T[]): readonly T[] {
  return isRepeated && !long ? cases.filter((_, index) => index % 3 === 0) : cases;
}
