/** What is outside the strings of a JSON text, by native functions: an interpreter pays for every step of a loop. */

/**
 * @param text JSON; its strings end
 * @param places ascending
 * @returns those that do not begin inside a string
 */
export function outsideStrings<T extends { readonly index: number }>(
  text: string,
  places: readonly T[],
): readonly T[] {
  let quote = text.indexOf('"');
  let end = -1;
  return places.filter(({ index }) => {
    while (quote >= 0 && quote < index) {
      end = endOfString(text, quote);
      quote = text.indexOf('"', end + 1);
    }
    return index > end;
  });
}

/** @param start of the quote that begins a string @returns of the one that ends it, or the end of the text */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
