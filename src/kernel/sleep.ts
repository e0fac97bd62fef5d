/** Blocks this thread, JavaScript included: for the moments in which nothing else could be done. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
