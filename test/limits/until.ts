/** Waits for what is about to happen. */
import { patience } from '../setup/patience.ts';

/**
 * @param look gives what is waited for, or undefined or false as long as it is not there
 * @throws where it does not come
 */
export async function until<T>(
  look: () => T | undefined | false,
  milliseconds = patience(10_000),
): Promise<T> {
  for (const begin = performance.now(); performance.now() - begin < milliseconds; ) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await pause(20);
  }
  throw new Error(`not within ${milliseconds} ms: ${look}`);
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
