/** Where in a configuration file a field stands. Imported only when there is an error, like locate.ts. */
import { readFileSync } from 'node:fs';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { withoutByteOrderMark } from './parse-json.ts';
import { segments } from './pointer.ts';
import { type Position, positionOf } from './text-position.ts';

/**
 * Looks into the file as it is now.
 *
 * @param pointer JSON pointer
 * @returns undefined where the file has no such field, as when a default is to blame
 */
export function placeOf(file: string, pointer: string): Position | undefined {
  const text = withoutByteOrderMark(readFileSync(file, 'utf8'));
  const tree = parseTree(text);
  const path = segments(pointer).map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
  const node = tree && findNodeAtLocation(tree, path);
  return node && positionOf(text, node.offset);
}
