/** Whatever is done to a configuration: it is accepted, or the error is one of ours with findings. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { generateSpec, serializeSpec } from '../../../src/spec/generate.ts';
import { loadConfig, loadProcess } from '../../../src/spec/load.ts';
import { locate } from '../../../src/spec/locate.ts';
import { child, segments } from '../../../src/spec/pointer.ts';
import { validText, withFile } from './fixture.ts';

const rich = {
  ...generateSpec({ rootless: true, overlay: true, ids: { uid: 1000, gid: 1000 } }),
  hooks: { createRuntime: [{ path: '/bin/true', args: ['true'], env: ['A=b'], timeout: 5 }] },
};
const pointers = allPointers(rich, '');

const replacement = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', '\0', [], {}, -1, 0.5, 2 ** 53, 4294967296, 'pid', [null], { __proto: 1 }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((value) => ({ raw: String(value) })),
);

test('values put anywhere give only errors of ours, whose findings are in the file', async () => {
  const mutation = fc.record({ pointer: fc.constantFrom(...pointers), value: replacement });
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
      const config: unknown = structuredClone(rich);
      // A value that is put in twice may not become a part of itself.
      for (const { pointer, value } of mutations) put(config, pointer, structuredClone(value));
      const text = JSON.stringify(config, null, 2).replace(/\{\s*"raw": "(-?\d+)"\s*\}/g, '$1');
      await onlyOurErrors(text);
    }),
    { numRuns: 500 },
  );
});

test('characters put anywhere give only errors of ours', async () => {
  const text = validText();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length),
      fc.nat(20),
      fc.string({ unit: 'binary', maxLength: 5 }),
      async (at, cut, inserted) => {
        await onlyOurErrors(text.slice(0, at) + inserted + text.slice(at + cut));
      },
    ),
    { numRuns: 500 },
  );
});

async function onlyOurErrors(text: string): Promise<void> {
  for (const loader of [loadConfig, loadProcess]) {
    const error = withFile(text, (file) => {
      try {
        loader(file);
        return undefined;
      } catch (thrown) {
        return thrown;
      }
    });
    if (error === undefined) continue;
    expect(error).toBeInstanceOf(RuntimeError);
    const located = await locate(error as RuntimeError);
    expect(['config', 'unsupported']).toContain(located.code);
    expect(located.details.findings?.length).toBeGreaterThan(0);
    const lines = text.split('\n').length;
    for (const { line, column } of located.details.findings ?? []) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(1);
    }
  }
}

test('the generated configurations are what is mutated', () => {
  expect(withFile(serializeSpec(rich), loadConfig)).toEqual(rich);
});

function allPointers(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, one]) => allPointers(one, child(at, key)));
  return at === '' ? inner : [at, ...inner];
}

/** Sets what is at the pointer, if the way there still exists. */
function put(root: unknown, pointer: string, value: unknown): void {
  const names = segments(pointer);
  const last = names.pop() ?? '';
  const parent = names.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), root);
  if (isObject(parent)) parent[last] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
