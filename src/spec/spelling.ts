/**
 * Keys that the schema does not name. One that differs from a name only in case is applied, as Go's encoding/json
 * does: configurations written for runc rely on it, and a security setting must not be dropped silently. Run only when
 * a validator has met such a key.
 */

import { nearest } from './did-you-mean.ts';
import type { SchemaNode } from './expectation.ts';
import { child } from './pointer.ts';
import type { Problem } from './problem.ts';

export interface Spelling {
  /** With the schema's spelling throughout. */
  readonly value: unknown;
  /** A warning for each misspelled key. */
  readonly warnings: readonly Problem[];
  /** The pointer, as written in the file, of what is at `pointer` of `value`. */
  written(pointer: string): string;
}

/** @param node schema of `value` */
export function correctSpelling(value: unknown, node: SchemaNode): Spelling {
  const speller = new Speller();
  const corrected = speller.visit(value, node, { canonical: '', written: '' });
  return {
    value: corrected,
    warnings: speller.warnings,
    written: (pointer) => speller.written(pointer),
  };
}

/** Whether encoding/json takes one key for the other: besides case, it folds U+017F into s and U+212A into k. */
export function foldsTo(key: string, name: string): boolean {
  return key.length === name.length && fold(key) === fold(name);
}

function fold(key: string): string {
  return key.replaceAll('\u017F', 's').toLowerCase();
}

/** JSON pointers of one value: by the schema's names, and by the keys in the file. */
interface Place {
  readonly canonical: string;
  readonly written: string;
}

type Properties = Readonly<Record<string, SchemaNode>>;

class Speller {
  readonly warnings: Problem[] = [];
  readonly #written = new Map<string, string>();

  visit(value: unknown, node: SchemaNode, place: Place): unknown {
    if (Array.isArray(value)) {
      const { items } = node;
      return items ? value.map((item, index) => this.visit(item, items, below(place, index))) : value;
    }
    if (!isObject(value)) return value;
    if (node.properties) return this.#named(value, node.properties, place);
    const { additionalProperties: inner } = node;
    if (!inner) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.visit(item, inner, below(place, key))]),
    );
  }

  /** The longest part of the pointer that a key was met for, and the rest as it is. */
  written(pointer: string): string {
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      const written = this.#written.get(pointer.slice(0, end));
      if (written !== undefined) return written + pointer.slice(end);
    }
    return pointer;
  }

  /** Later keys win, also over the exact name; objects are merged. */
  #named(value: object, properties: Properties, place: Place): object {
    const members = new Map<string, unknown>();
    for (const [key, inner] of Object.entries(value)) {
      const name = this.#nameOf(key, properties, place);
      const node = name === undefined ? undefined : properties[name];
      if (name === undefined || node === undefined) {
        members.set(key, inner);
        continue;
      }
      const inside = below(place, name, key);
      this.#written.set(inside.canonical, inside.written);
      members.set(name, merged(members.get(name), this.visit(inner, node, inside)));
    }
    return Object.fromEntries(members);
  }

  /** @returns undefined for a key that is ignored */
  #nameOf(key: string, properties: Properties, { written }: Place): string | undefined {
    if (Object.hasOwn(properties, key)) return key;
    const names = Object.keys(properties);
    const pointer = child(written, key);
    const name = names.find((candidate) => foldsTo(key, candidate));
    if (name !== undefined) {
      const expected = `the spelling "${name}"`;
      const found = `${JSON.stringify(key)}, which is applied all the same, as by runc`;
      this.warnings.push({ pointer, expected, found, hint: `write "${name}"`, warning: true });
      return name;
    }
    const similar = nearest(key, names);
    if (similar !== undefined) {
      const found = `${JSON.stringify(key)}, which is ignored`;
      const hint = `did you mean "${similar}"?`;
      this.warnings.push({ pointer, expected: 'a known field', found, hint, warning: true });
    }
    return undefined;
  }
}

function below({ canonical, written }: Place, name: string | number, key = name): Place {
  return { canonical: child(canonical, name), written: child(written, key) };
}

/** As encoding/json decodes a value into a field that has one: null empties only objects, arrays and maps. */
function merged(before: unknown, now: unknown): unknown {
  if (before === undefined) return now;
  if (now === null) return typeof before === 'object' ? null : before;
  if (!isObject(before) || !isObject(now)) return now;
  const members = new Map<string, unknown>(Object.entries(before));
  for (const [key, inner] of Object.entries(now)) members.set(key, merged(members.get(key), inner));
  return Object.fromEntries(members);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
