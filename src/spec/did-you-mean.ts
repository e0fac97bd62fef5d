/** The nearest of some known names, for hints. */

/**
 * The candidate that `text` is most likely a slip of, or undefined. Upper and lower case do not count, so
 * that `pids` finds `pid` and `rlimit_nofile` finds `RLIMIT_NOFILE`.
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(text.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) >= bestDistance) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ?? candidates.find((candidate) => abbreviates(text, candidate));
}

/** `net` for `network`, `mnt` for `mount`. */
function abbreviates(text: string, candidate: string): boolean {
  if (text.length < 3 || text[0] !== candidate[0]) return false;
  let from = 0;
  return [...text].every((letter) => {
    from = candidate.indexOf(letter, from) + 1;
    return from > 0;
  });
}

/** Levenshtein's distance: inserted, deleted and replaced characters. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const deleted = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, deleted, inserted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
