/** What is dear to make and shared by the tests of a file. */
import { afterAll } from 'vitest';
import { patience } from '../../setup/patience.ts';

/** @returns what gives the one thing: made for the first who asks, and ended after the file's last test */
export function oncePerFile<Thing extends AsyncDisposable>(make: () => Promise<Thing>): () => Promise<Thing> {
  let thing: Promise<Thing> | undefined;
  afterAll(async () => {
    await (await thing)?.[Symbol.asyncDispose]();
  }, patience(60_000));
  return () => {
    thing ??= make();
    return thing;
  };
}
