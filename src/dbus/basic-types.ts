/** Types of a fixed size, and the alignment of all: D-Bus specification, "Summary of D-Bus marshalling". */

export const alignments: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2 },
  ...{ b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
};

export interface NumberType {
  readonly size: number;
  readonly least: number | bigint;
  readonly most: number | bigint;
  /** Little-endian. */
  readonly set: (view: DataView, at: number, value: number | bigint) => void;
  readonly get: (view: DataView, at: number, littleEndian: boolean) => number | bigint;
}

const uint32: NumberType = {
  size: 4,
  least: 0,
  most: 2 ** 32 - 1,
  set: (view, at, value) => view.setUint32(at, Number(value), true),
  get: (view, at, little) => view.getUint32(at, little),
};

export const numberTypes: Readonly<Record<string, NumberType>> = {
  y: {
    size: 1,
    least: 0,
    most: 255,
    set: (view, at, value) => view.setUint8(at, Number(value)),
    get: (view, at) => view.getUint8(at),
  },
  n: {
    size: 2,
    least: -(2 ** 15),
    most: 2 ** 15 - 1,
    set: (view, at, value) => view.setInt16(at, Number(value), true),
    get: (view, at, little) => view.getInt16(at, little),
  },
  q: {
    size: 2,
    least: 0,
    most: 2 ** 16 - 1,
    set: (view, at, value) => view.setUint16(at, Number(value), true),
    get: (view, at, little) => view.getUint16(at, little),
  },
  i: {
    size: 4,
    least: -(2 ** 31),
    most: 2 ** 31 - 1,
    set: (view, at, value) => view.setInt32(at, Number(value), true),
    get: (view, at, little) => view.getInt32(at, little),
  },
  u: uint32,
  // The index of a descriptor. None is ever sent, because tsrun does not negotiate it.
  h: uint32,
  x: {
    size: 8,
    least: -(2n ** 63n),
    most: 2n ** 63n - 1n,
    set: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
    get: (view, at, little) => view.getBigInt64(at, little),
  },
  t: {
    size: 8,
    least: 0,
    most: 2n ** 64n - 1n,
    set: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
    get: (view, at, little) => view.getBigUint64(at, little),
  },
  d: {
    size: 8,
    least: Number.NEGATIVE_INFINITY,
    most: Number.POSITIVE_INFINITY,
    set: (view, at, value) => view.setFloat64(at, Number(value), true),
    get: (view, at, little) => view.getFloat64(at, little),
  },
};
