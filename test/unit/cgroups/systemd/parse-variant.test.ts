import { expect, test } from 'vitest';
import { annotatedProperties } from '../../../../src/cgroups/systemd/annotations.ts';
import { parseVariant } from '../../../../src/cgroups/systemd/parse-variant.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';

test.each([
  ['true', 'b', true],
  ['300', 'i', 300n],
  ['-0x10', 'i', -16n],
  ['1.5', 'd', 1.5],
  ['uint64 300000000', 't', 300000000n],
  ['@t 18446744073709551615', 't', 2n ** 64n - 1n],
  ["'inactive-or-failed'", 's', 'inactive-or-failed'],
  [String.raw`"a\"b\u00e9\n"`, 's', 'a"bé\n'],
  ["objectpath '/a'", 'o', '/a'],
  ["['a.service', 'b.service']", 'as', ['a.service', 'b.service']],
  ['@as []', 'as', []],
  ['@au [1, 2]', 'au', [1n, 2n]],
  ["@a(st) [('/dev/sda', 5)]", 'a(st)', [['/dev/sda', 5n]]],
  ["('a', 1)", '(si)', ['a', 1n]],
  ['<true>', 'v', { signature: 'b', value: true }],
])('%s', (text, signature, value) => {
  expect(parseVariant(text)).toEqual({ signature, value });
});

test.each([
  '',
  'word',
  '[]',
  "'open",
  '1 2',
  'byte 256',
  "uint64 'a'",
  "[1, 'a']",
  '[1,]',
  '{}',
  'boolean 1',
  "objectpath 'a'",
  "@g '('",
  '@a() []',
  String.raw`'a\u0000'`,
])('%s is no value', (text) => {
  expect(parseVariant(text)).toBeUndefined();
});

test('annotations become properties; seconds become microseconds', () => {
  expect(
    annotatedProperties({
      'org.systemd.property.CollectMode': "'inactive-or-failed'",
      'org.systemd.property.TimeoutStopSec': '123',
      'org.systemd.property.RuntimeMaxSec': '1.5',
      'org.systemd.property.After': "['a.service']",
      'org.systemd.property.MemoryHigh': 'uint64 1000000',
      'com.example.other': 'no',
    }),
  ).toEqual([
    { name: 'CollectMode', signature: 's', value: 'inactive-or-failed' },
    { name: 'TimeoutStopUSec', signature: 't', value: 123_000_000n },
    { name: 'RuntimeMaxUSec', signature: 't', value: 1_500_000n },
    { name: 'After', signature: 'as', value: ['a.service'] },
    { name: 'MemoryHigh', signature: 't', value: 1_000_000n },
  ]);
});

test.each([
  ['org.systemd.property.After', 'a.service'],
  ['org.systemd.property.Ta', 'true'],
  ['org.systemd.property.a/b/c', 'true'],
  ['org.systemd.property.TimeoutStopSec', "'long'"],
  ['org.systemd.property.Slice', "'a.slice'"],
  ['org.systemd.property.Conflicts', "['ssh.service']"],
  ['org.systemd.property.OnSuccess', "['poweroff.target']"],
  ['org.systemd.property.SuccessAction', "'poweroff-force'"],
  ['org.systemd.property.DeviceAllow', "['/dev/sda']"],
  ['org.systemd.property.DevicePolicy', "'auto'"],
  ['org.systemd.property.IPIngressFilterPath', "['/sys/fs/bpf/x']"],
  ['org.systemd.property.JobTimeoutSec', '1'],
])('%s=%s is refused', (key, value) => {
  expect(() => annotatedProperties({ [key]: value })).toThrow(RuntimeError);
});
