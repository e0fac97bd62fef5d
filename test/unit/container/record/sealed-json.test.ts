import { describe, expect, test } from 'vitest';
import { seal, unseal } from '../../../../src/container/record/sealed-json.ts';
import { checksum, decodeUtf8 } from '../../../../src/kernel/bytes.ts';

describe('sealed JSON', () => {
  test('is JSON, and comes back as it was, with integers beyond 2^53', () => {
    const value = { name: 'wéb', limit: 18446744073709551615n, list: [1, { deep: true }] };
    expect(JSON.parse(decodeUtf8(seal(value)))).toMatchObject({ name: 'wéb', checksum: expect.any(String) });
    expect(unseal(seal(value))).toEqual(value);
  });

  test('is noticed to be damaged, whichever byte it is, and however much is missing', () => {
    const whole = seal({ pid: 4711, cgroups: ['/sys/fs/cgroup/web'], hasPoststop: false });
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(unseal(damaged), `byte ${at}`).toBeUndefined();
      expect(unseal(whole.subarray(0, at)), `${at} bytes`).toBeUndefined();
    }
    expect(unseal(Buffer.concat([whole, Buffer.from('\n')]))).toBeUndefined();
  });

  test('has a checksum that depends on the length, and on the order', () => {
    const sums = ['', '\0', '\0\0\0\0', 'abcdefgh', 'efghabcd', 'abcdefg'].map((text) =>
      checksum(Buffer.from(text)),
    );
    expect(new Set(sums).size).toBe(sums.length);
    expect(sums.every((sum) => /^[0-9a-f]{8}$/.test(sum))).toBe(true);
  });
});
