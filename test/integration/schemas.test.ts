/** What tsrun prints and knows, against the specification's own JSON schemas: those of Debian's package, older than 1.3. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { need, needs, runtimeSpecSchemas } from '../setup/needs.ts';
import { created, sleepingBundle, stopped } from '../setup/probe-container.ts';
import { makeRig, type Rig } from '../setup/rig.ts';
import { configFields, foreignFields } from '../setup/runtime-spec/config-fields.ts';

/** A JSON schema, or a part of one. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

let rig: Rig;
const files = new Map<string, Schema>();
const ajv = new Ajv({ strict: false, logger: false });

beforeAll(() => {
  rig = makeRig();
  if (!needs.runtimeSpec.present()) return;
  for (const name of readdirSync(runtimeSpecSchemas).filter((file) => file.endsWith('.json'))) {
    const schema = modern(JSON.parse(readFileSync(join(runtimeSpecSchemas, name), 'utf8')));
    files.set(name, schema as Schema);
    ajv.addSchema(schema as Schema, name);
  }
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => need(context, 'runtimeSpec', 'busybox'));

/** Without what draft 4 alone has: an `id` that is no place, and its own name. */
function modern(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(modern);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => !(key === '$schema' || (key === 'id' && typeof value === 'string')),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, modern(value)]));
}

function faults(name: string, text: string): unknown {
  const validate = ajv.getSchema(name);
  if (!validate) throw new Error(`no schema "${name}"`);
  validate(JSON.parse(text));
  return validate.errors ?? [];
}

/** The pointers of all fields, in the notation of `configFields`. */
function fieldsOf(schema: Schema, file: string, at = ''): string[] {
  if (schema.$ref !== undefined) {
    const [name = '', place = ''] = schema.$ref.split('#');
    return fieldsOf(partOf(name || file, place), name || file, at);
  }
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    `${at}/${name}`,
    ...fieldsOf(inner, file, `${at}/${name}`),
  ]);
  const free = [...Object.values(schema.patternProperties ?? {}), schema.additionalProperties];
  const values = free.filter((inner) => typeof inner === 'object');
  return [
    ...named,
    ...values.flatMap((inner) => fieldsOf(inner, file, `${at}/{}`)),
    ...(schema.items ? fieldsOf(schema.items, file, `${at}/*`) : []),
    ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((inner) => fieldsOf(inner, file, at)),
  ];
}

function partOf(file: string, place: string): Schema {
  const steps = place.split('/').filter((step) => step !== '');
  return steps.reduce(
    (part, step) => (part as Record<string, Schema>)[step] as Schema,
    files.get(file) as Schema,
  );
}

test('no field of the schema is unknown', () => {
  const fields = fieldsOf(partOf('config-schema.json', ''), 'config-schema.json');
  const foreign = (pointer: string) => foreignFields.some((one) => `${pointer}/`.startsWith(`${one}/`));
  const unknown = fields.filter((pointer) => !configFields.includes(pointer) && !foreign(pointer));
  expect(fields.length).toBeGreaterThan(150);
  expect([...new Set(unknown)]).toEqual(former);
});

/** Gone from the specification since. */
const former: readonly string[] = ['/linux/intelRdt/enableCMT', '/linux/intelRdt/enableMBM'];

test('the state is in the form of the schema, whatever the status', async () => {
  const id = await created(rig, sleepingBundle(rig));
  const state = await rig.tsrun(['state', id]);
  expect(faults('state-schema.json', state.stdout)).toEqual([]);
  await rig.tsrun(['kill', id, 'KILL']);
  await stopped(rig, id);
  expect(faults('state-schema.json', (await rig.tsrun(['state', id])).stdout)).toEqual([]);
  expect(
    faults('state-schema.json', JSON.stringify({ ...JSON.parse(state.stdout), status: 'frozen' })),
  ).not.toEqual([]);
});

test.each([[], ['--rootless'], ['--no-overlay']])(
  'the configuration that spec writes, too: %s',
  async (...options) => {
    const bundle = rig.bundle({ rootfs: 'empty' });
    const path = join(rig.path, `spec-${options.length}${options[0] ?? ''}`);
    const made = await rig.tsrun(['spec', ...options, '--bundle', '.'], {
      through: ['sh', '-c', 'mkdir "$0" && cd "$0" && exec "$@"', path],
    });
    expect(made.code, made.stderr).toBe(0);
    expect(faults('config-schema.json', readFileSync(join(path, 'config.json'), 'utf8'))).toEqual([]);
    expect(faults('config-schema.json', readFileSync(join(bundle.path, 'config.json'), 'utf8'))).toEqual([]);
  },
);
