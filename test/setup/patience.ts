/** Longest waits of tests; TSRUN_SLOW multiplies them, for machines that software runs (`npm run test:vm`). */

const factor = Number(process.env.TSRUN_SLOW ?? 1);

/** @param milliseconds what is more than enough on an ordinary machine */
export function patience(milliseconds: number): number {
  return milliseconds * factor;
}
