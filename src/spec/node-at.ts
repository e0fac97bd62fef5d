/** Looking up a JSON pointer in the tree of a text. Imported only when there is an error, like locate.ts. */

import type { Node } from 'jsonc-parser';
import { child, segments } from './pointer.ts';
import { foldsTo } from './spelling.ts';

export interface Found {
  readonly node: Node;
  /** Of the node, as its keys are written. */
  readonly pointer: string;
  /** The rest of the pointer; empty if all of it was found. */
  readonly missing: readonly string[];
}

/** The node at a pointer whose keys may be written in another case, or the nearest one around what is missing. */
export function nodeAt(tree: Node, pointer: string): Found {
  let found = { node: tree, pointer: '' };
  const path = segments(pointer);
  for (const [index, segment] of path.entries()) {
    const next = childOf(found.node, segment);
    if (next === undefined) return { ...found, missing: path.slice(index) };
    found = { node: next.node, pointer: child(found.pointer, next.key) };
  }
  return { ...found, missing: [] };
}

function childOf(node: Node, segment: string): { node: Node; key: string } | undefined {
  const { children = [] } = node;
  if (node.type === 'array') {
    const item = children[Number(segment)];
    return item && { node: item, key: segment };
  }
  // Of a property that is there twice the last one counts, as in JSON.parse.
  const property =
    children.findLast((one) => keyOf(one) === segment) ??
    children.findLast((one) => foldsTo(keyOf(one), segment));
  const value = property?.children?.[1];
  return property && value && { node: value, key: keyOf(property) };
}

function keyOf(property: Node): string {
  return String(property.children?.[0]?.value);
}
