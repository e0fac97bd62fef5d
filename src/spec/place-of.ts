/** Where in a configuration file a field stands. Imported only when there is an error, like locate.ts. */
import { parseTree } from 'jsonc-parser';
import { readFileSync } from '../kernel/file-system.ts';
import { nodeAt } from './node-at.ts';
import { withoutByteOrderMark } from './parse-json.ts';
import { type Position, positionOf } from './text-position.ts';

export interface Place extends Position {
  /** As the file spells it. */
  readonly pointer: string;
}

/**
 * Looks into the file as it is now.
 *
 * @param pointer JSON pointer
 * @returns undefined where the file has no such field, as when a default is to blame
 */
export function placeOf(file: string, pointer: string): Place | undefined {
  const text = withoutByteOrderMark(readFileSync(file, 'utf8'));
  const tree = parseTree(text);
  const found = tree && nodeAt(tree, pointer);
  if (!found || found.missing.length > 0) return undefined;
  return { ...positionOf(text, found.node.offset), pointer: found.pointer };
}
