/** What the schema expects at a place, in words, and how a wrong value could be put right. */

import { nearest } from './did-you-mean.ts';
import { property, segments } from './pointer.ts';

/** The part of a JSON schema that ours uses. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choice?: readonly string[];
  readonly uint64?: true;
  readonly int64?: true;
}

const INT64 = 'an integer from -9223372036854775808 to 9223372036854775807';
const UINT64 = 'an integer from 0 to 18446744073709551615';

/** The schema of the value at `pointer`. */
export function schemaAt(root: SchemaNode, pointer: string): SchemaNode {
  return segments(pointer).reduce<SchemaNode>((node, segment) => step(node, segment) ?? {}, root);
}

function step(node: SchemaNode, segment: string): SchemaNode | undefined {
  if (node.items !== undefined) return node.items;
  return (property(node.properties, segment) as SchemaNode | undefined) ?? node.additionalProperties;
}

/** `an array of strings`, `one of "c", "b"`, `an integer from 0 to 100`. */
export function expectation(node: SchemaNode): string {
  if (node.choice !== undefined) return `one of ${node.choice.map((name) => `"${name}"`).join(', ')}`;
  if (node.uint64) return UINT64;
  if (node.int64) return INT64;
  switch (node.type) {
    case 'array':
      return `an array of ${plural(node.items ?? {})}`;
    case 'object':
      return node.additionalProperties ? `an object of ${plural(node.additionalProperties)}` : 'an object';
    case 'integer':
      return `an integer from ${node.minimum} to ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    default:
      return `a ${node.type ?? 'value'}`;
  }
}

function plural(node: SchemaNode): string {
  if (node.choice !== undefined) return `strings, each ${expectation(node)}`;
  return node.uint64 || node.int64 ? 'integers' : `${node.type ?? 'value'}s`;
}

/** How to write what was probably meant. */
export function correction(node: SchemaNode, value: unknown): string | undefined {
  if (node.choice !== undefined) return typeof value === 'string' ? slip(value, node.choice) : undefined;
  if (node.type === 'array')
    return fitsKind(node.items, value) ? `write ${JSON.stringify([value])}` : undefined;
  if (node.type === 'string') return scalar(value) ? `write "${value}"` : undefined;
  if (typeof value !== 'string') return undefined;
  if (node.type === 'boolean')
    return /^(true|false)$/i.test(value) ? `write ${value.toLowerCase()}` : undefined;
  return node.type === 'integer' || node.uint64 || node.int64 ? integerIn(value) : undefined;
}

function slip(value: string, names: readonly string[]): string | undefined {
  const name = nearest(value, names);
  return name === undefined ? undefined : `did you mean "${name}"?`;
}

function fitsKind(node: SchemaNode | undefined, value: unknown): boolean {
  if (typeof value === 'string') return node?.type === 'string' || node?.choice !== undefined;
  return node?.type === 'object' && typeof value === 'object' && value !== null && small(value);
}

/** Short enough to be quoted in a hint. */
function small(value: object): boolean {
  const values = Object.values(value);
  return values.length < 4 && values.every((one) => typeof one === 'string' || scalar(one));
}

function scalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

/** File modes are octal to people and decimal to JSON. */
function integerIn(value: string): string | undefined {
  if (/^0o?[0-7]+$/.test(value)) {
    const mode = Number.parseInt(value.replace('o', ''), 8);
    return `write ${mode}${mode > 7 ? `, which is octal ${mode.toString(8)}` : ''}`;
  }
  return /^-?\d+$/.test(value) ? `write ${value}` : undefined;
}
