/** "Did you mean", for hints. */
import { nearest } from '../spec/did-you-mean.ts';

/** A hint, or nothing when no name is near. What is only begun (`feat`) counts as near. */
export function didYouMean(word: string, names: readonly string[], prefix = ''): string | undefined {
  if (word === '' || word.length > 64) return undefined;
  const begun = word.length > 1 ? names.find((name) => name.startsWith(word)) : undefined;
  const found = begun ?? nearest(word, names);
  return found === undefined ? undefined : `did you mean ${prefix}${found}?`;
}
