/**
 * The kinds of value that config.json is made of, as TypeBox schemas.
 *
 * `uint64`, `int64` and `choice` are keywords of our own (scripts/generate-validators.ts writes their code):
 * JSON Schema has no integers beyond 2^53, and its `enum` would drag the whole schema into the bundle.
 */

import type { Static, TSchema, TUnsafe } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';

/** The largest uid or gid: (uint32)-1 means "leave unchanged" to the kernel, setresuid(2). */
const LARGEST_ID = 0xffff_fffe;
const UINT32_MAX = 0xffff_ffff;

export const Strings = Type.Array(Type.String());
export const Int32 = Type.Integer({ minimum: -0x8000_0000, maximum: 0x7fff_ffff });
export const Uint32 = Type.Integer({ minimum: 0, maximum: UINT32_MAX });
export const Uint16 = Type.Integer({ minimum: 0, maximum: 0xffff });
/** A user or group id. */
export const Id = Type.Integer({ minimum: 0, maximum: LARGEST_ID });
/** Major or minor number of a device; -1 is "any" in rules. */
export const DeviceNumber = Type.Integer({ minimum: -1, maximum: UINT32_MAX });

/** Beyond 2^53 the parser gives a bigint. */
export const Uint64 = Type.Unsafe<number | bigint>({ uint64: true });
export const Int64 = Type.Unsafe<number | bigint>({ int64: true });

/** One of a closed set of strings. */
export function choice<const T extends readonly string[]>(values: T): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ choice: values });
}

/** An object whose keys are free and whose values are all alike. */
export function mapOf<T extends TSchema>(values: T): TUnsafe<Record<string, Static<T>>> {
  return Type.Unsafe<Record<string, Static<T>>>({ type: 'object', additionalProperties: values });
}
