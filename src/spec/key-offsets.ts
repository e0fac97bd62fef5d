/** Where keys of a JSON text are, without a parser that has to be loaded. */

import { endOfString } from './outside-strings.ts';
import { child } from './pointer.ts';

interface Level {
  /** Undefined deeper than any pointer that is looked for. */
  readonly pointer: string | undefined;
  /** The current key or index; undefined before the first key. */
  segment: string | number | undefined;
}

/**
 * The offset of each key, by its pointer; of one that is there twice the last counts, as in JSON.parse.
 *
 * @param text valid JSON
 */
export function keyOffsets(text: string, pointers: readonly string[]): ReadonlyMap<string, number> {
  const wanted = new Set(pointers);
  const deepest = Math.max(0, ...pointers.map((pointer) => pointer.split('/').length - 1));
  const offsets = new Map<string, number>();
  const open: Level[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    const level = open.at(-1);
    switch (text[at]) {
      case '{':
      case '[':
        expectsKey = text[at] === '{';
        open.push({
          pointer: open.length < deepest ? pointerIn(level) : undefined,
          segment: expectsKey ? undefined : 0,
        });
        break;
      case '}':
      case ']':
        open.pop();
        // An empty object has none.
        expectsKey = false;
        break;
      case ',':
        if (typeof level?.segment === 'number') level.segment++;
        else expectsKey = true;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (expectsKey && level?.pointer !== undefined) {
          level.segment = JSON.parse(text.slice(at, end + 1)) as string;
          const pointer = child(level.pointer, level.segment);
          if (wanted.has(pointer)) offsets.set(pointer, at);
        }
        expectsKey = false;
        at = end;
      }
    }
  }
  return offsets;
}

/** Of what is being read in `level`. */
function pointerIn(level: Level | undefined): string | undefined {
  if (level === undefined) return '';
  return level.pointer === undefined || level.segment === undefined
    ? undefined
    : child(level.pointer, level.segment);
}
