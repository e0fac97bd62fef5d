/** Nothing of the OCI runtime specification is missing, and nothing is called otherwise. */
import type { TSchema } from '@sinclair/typebox';
import { describe, expect, test } from 'vitest';
import { mountOptions } from '../../../src/rootfs/mount-options.ts';
import { Config } from '../../../src/spec/schema/config.ts';
import { configFields, foreignFields, formerFields } from '../../setup/runtime-spec/config-fields.ts';
import { specMountOptions } from '../../setup/runtime-spec/mount-options.ts';

/** The pointers of all fields of a schema, in the notation of `configFields`. */
function fieldsOf(schema: TSchema, at = ''): string[] {
  if (schema.properties) {
    return Object.entries<TSchema>(schema.properties).flatMap(([name, inner]) => [
      `${at}/${name}`,
      ...fieldsOf(inner, `${at}/${name}`),
    ]);
  }
  if (schema.items) return fieldsOf(schema.items, `${at}/*`);
  const values = schema.additionalProperties;
  if (typeof values !== 'object') return [];
  return values.properties ? fieldsOf(values, `${at}/{}`) : [`${at}/{}`];
}

describe('the schema', () => {
  const known = fieldsOf(Config);

  test('has every field of the specification', () => {
    expect(configFields.length).toBeGreaterThan(190);
    expect(configFields.filter((pointer) => !known.includes(pointer))).toEqual([]);
  });

  test('has no other fields', () => {
    const others = [...configFields, ...foreignFields, ...formerFields];
    expect(known.filter((pointer) => !others.includes(pointer))).toEqual([]);
  });
});

test('every mount option of the specification is known', () => {
  expect(specMountOptions.size).toBe(61);
  expect([...specMountOptions.keys()].filter((name) => !mountOptions.has(name))).toEqual([]);
});
