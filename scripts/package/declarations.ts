/**
 * The types of the package for Node, in one file that needs no other: those of a configuration from the schema, and
 * beside them what src/library/tsrun.ts exports. test/package/node.test.ts compares the two.
 */
import { readFileSync } from 'node:fs';
import { Config } from '../../src/spec/schema/config.ts';
import { inRoot } from '../build/paths.ts';

/** What TypeBox's schemas are made of here, and the keywords of src/spec/schema/values.ts. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly choice?: readonly string[];
  readonly uint64?: true;
  readonly int64?: true;
}

/** The text of `tsrun.d.ts`. */
export function declarations(): string {
  const written = readFileSync(inRoot('packaging/node/tsrun.d.ts'), 'utf8');
  const { properties = {}, required = [] } = Config as Schema;
  return `${written}
/** config.json of the OCI runtime specification. Integers beyond 2^53 are read as bigint. */
export interface Config ${object(properties, required, '')}
`;
}

function typeOf(schema: Schema, indent: string): string {
  const { type, properties, required = [], additionalProperties, items, choice } = schema;
  if (choice) return choice.map((value) => `'${value}'`).join(' | ');
  if (schema.uint64 || schema.int64) return 'number | bigint';
  if (properties) return object(properties, required, indent);
  if (additionalProperties) return `Record<string, ${typeOf(additionalProperties, indent)}>`;
  if (items) return `Array<${typeOf(items, indent)}>`;
  if (type === 'string' || type === 'boolean') return type;
  if (type === 'integer') return 'number';
  throw new Error(`the schema has a kind of value that has no type here: ${JSON.stringify(schema)}`);
}

function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  indent: string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(
    ([name, schema]) => `${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};`,
  );
  return `{\n${lines.join('\n')}\n${indent}}`;
}
