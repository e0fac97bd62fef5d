import { expect, it } from 'vitest';
import { decodeDirents } from '../../../src/kernel/dirents.ts';

function entry(name: string | Uint8Array, type: number): Uint8Array {
  const bytes = Buffer.from(name);
  const record = Buffer.alloc(Math.ceil((19 + bytes.length + 1) / 8) * 8);
  record.writeUInt16LE(record.length, 16);
  record[18] = type;
  bytes.copy(record, 19);
  return record;
}

const text = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString('latin1');

it('reads names as bytes with their NUL, without the two dots', () => {
  const bytes = Buffer.concat([
    entry('.', 4),
    entry('..', 4),
    entry('...', 8),
    entry(Uint8Array.of(0xff), 4),
    entry('?', 0),
  ]);
  const entries = decodeDirents(bytes);
  expect(entries.map(text)).toEqual(['...\0', '\xff\0', '?\0']);
  expect(entries.map(({ isDirectory }) => isDirectory)).toEqual([false, true, false]);
});

it('refuses entries that go beyond what was filled', () => {
  expect(() => decodeDirents(entry('name', 8).subarray(0, 22))).toThrow(/malformed/);
});
