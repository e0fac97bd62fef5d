import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowsEverything, decisiveRules } from '../../../../src/cgroups/v2/decisive-rules.ts';
import { deviceProgram, isIdle } from '../../../../src/cgroups/v2/device-program.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import type { DeviceRule } from '../../../../src/spec/types.ts';
import { ask, type DeviceQuestion } from './bpf-interpreter.ts';

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const allowAll: DeviceRule = { allow: true, access: 'rwm' };
const fuse = { type: 'c', major: 10, minor: 229 } as const;

/** null, zero, full, random, urandom, tty, ptmx, net/tun, and two of pts. */
const usual = ['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:2', '10:200', '136:0', '136:77'];

function question(device: string, access: string): DeviceQuestion {
  const [, type, major, minor] = /^([bc]) (\d+):(\d+)$/.exec(device) ?? [];
  return { type: type as 'b' | 'c', major: Number(major), minor: Number(minor), access };
}

/** `c 1:3` and `rw` against the rules. */
function allowed(rules: readonly DeviceRule[], device: string, access: string): boolean {
  return ask(deviceProgram(rules), question(device, access)) === 1;
}

function isUsual({ type, major, minor }: Omit<DeviceQuestion, 'access'>): boolean {
  return type === 'c' && (major === 136 || usual.includes(`${major}:${minor}`));
}

/** What the rules say, word by word: each access by the last rule for this device. */
function reference(rules: readonly DeviceRule[], { access, ...device }: DeviceQuestion): boolean {
  const everything = rules.findLast(
    ({ type = 'a', major = -1, minor = -1, access: named = '' }) =>
      type === 'a' && major === -1 && minor === -1 && [...'rwm'].every((letter) => named.includes(letter)),
  );
  const anyNode = everything?.allow !== true;
  return [...access].every((letter) => {
    if ((letter === 'm' && anyNode) || isUsual(device)) return true;
    const last = rules.findLast(
      ({ type = 'a', major = -1, minor = -1, access: named = '' }) =>
        (type === 'a' || type === device.type) &&
        (major === -1 || major === device.major) &&
        (minor === -1 || minor === device.minor) &&
        named.includes(letter),
    );
    return last?.allow ?? false;
  });
}

describe('a device program', () => {
  test('lets every container use the usual devices and make any node', () => {
    for (const rules of [
      [],
      [denyAll],
      [allowAll, denyAll],
      [{ ...denyAll, type: 'c' as const, major: 1 }],
    ]) {
      for (const device of usual) expect(allowed(rules, `c ${device}`, 'rwm')).toBe(true);
      expect(allowed(rules, 'b 7:0', 'm')).toBe(true);
      expect(allowed(rules, 'c 1:11', 'm')).toBe(true);
    }
  });

  test('denies making a node that is an exception from everything, as runc does', () => {
    const rules: DeviceRule[] = [allowAll, { allow: false, ...fuse, access: 'rwm' }];
    expect(allowed(rules, 'c 10:229', 'm')).toBe(false);
    expect(allowed(rules, 'c 10:228', 'm')).toBe(true);
    const again: DeviceRule = { allow: true, type: 'c', access: 'm' };
    expect(allowed([...rules, again], 'c 10:229', 'm')).toBe(true);
  });

  test('denies what no rule names', () => {
    expect(allowed([], 'c 1:11', 'r')).toBe(false);
    expect(allowed([denyAll], 'b 7:0', 'w')).toBe(false);
    // A block device with the numbers of /dev/null.
    expect(allowed([denyAll], 'b 1:3', 'r')).toBe(false);
  });

  test('has the last rule decide', () => {
    const rules: DeviceRule[] = [denyAll, { allow: true, ...fuse, access: 'rwm' }];
    expect(allowed(rules, 'c 10:229', 'rw')).toBe(true);
    expect(allowed([...rules].reverse(), 'c 10:229', 'rw')).toBe(false);
    expect(allowed([allowAll, { allow: false, ...fuse, access: 'rwm' }], 'c 10:229', 'r')).toBe(false);
    expect(allowed([allowAll, { allow: false, ...fuse, access: 'rwm' }], 'b 8:0', 'rw')).toBe(true);
  });

  test('decides about reading and writing separately, and both have to be allowed', () => {
    const readOnly: DeviceRule[] = [denyAll, { allow: true, type: 'b', major: 7, access: 'r' }];
    expect(['r', 'w', 'rw'].map((access) => allowed(readOnly, 'b 7:0', access))).toEqual([
      true,
      false,
      false,
    ]);
    const notRead: DeviceRule[] = [allowAll, { allow: false, type: 'b', major: 7, access: 'r' }];
    expect(['r', 'w', 'rw'].map((access) => allowed(notRead, 'b 7:0', access))).toEqual([false, true, false]);
    const apart: DeviceRule[] = [...readOnly, { allow: true, type: 'b', minor: 0, access: 'w' }];
    expect(allowed(apart, 'b 7:0', 'rw')).toBe(true);
  });

  test('takes a part out of a wildcard', () => {
    const rules: DeviceRule[] = [
      denyAll,
      { allow: true, type: 'c', major: 10, access: 'rw' },
      { allow: false, ...fuse, access: 'w' },
    ];
    expect(allowed(rules, 'c 10:228', 'rw')).toBe(true);
    expect(allowed(rules, 'c 10:229', 'rw')).toBe(false);
    expect(allowed(rules, 'c 10:229', 'r')).toBe(true);
  });

  test('lets be asked whether a node is there, which wants no access', () => {
    expect(allowed([denyAll], 'c 1:11', '')).toBe(true);
    expect(allowed([allowAll, { allow: false, ...fuse, access: 'rwm' }], 'c 10:229', '')).toBe(true);
  });

  test('takes letters that nobody knows, and numbers that no device has, for nothing', () => {
    expect(allowed([{ allow: true, ...fuse, access: 'rx' }], 'c 10:229', 'r')).toBe(true);
    expect(allowed([{ allow: true, ...fuse, access: 'x' }], 'c 10:229', 'r')).toBe(false);
    const far: DeviceRule[] = [{ allow: true, type: 'c', major: 0xffffffff, access: 'rwm' }];
    expect(decisiveRules(far)).toEqual(decisiveRules([]));
  });

  test('says of every device what the rules say, word by word', () => {
    const number = fc.constantFrom(-1, 0, 1, 3, 7, 10, 136, 200, 2 ** 31 - 1);
    const rule = fc.record(
      {
        allow: fc.boolean(),
        type: fc.constantFrom('a' as const, 'b' as const, 'c' as const),
        major: number,
        minor: number,
        access: fc.constantFrom('r', 'w', 'm', 'rw', 'rm', 'wm', 'rwm'),
      },
      { requiredKeys: ['allow', 'access'] },
    );
    const asked = fc.record({
      type: fc.constantFrom('b' as const, 'c' as const),
      major: fc.constantFrom(0, 1, 7, 10, 136, 2 ** 31 - 1, 2 ** 32 - 1),
      minor: fc.constantFrom(0, 1, 3, 7, 77, 200, 2 ** 31 - 1),
      access: fc.constantFrom('r', 'w', 'm', 'rw', 'rwm'),
    });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 12 }),
        fc.array(asked, { maxLength: 20 }),
        (rules, questions) => {
          const program = deviceProgram(rules);
          for (const each of questions) expect(ask(program, each) === 1).toBe(reference(rules, each));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('is as short as the rules are', () => {
    const usualLength = deviceProgram([]).length / 8;
    expect(usualLength).toBeLessThanOrEqual(48);
    // What engines write: most of it is allowed to everybody.
    const more = [...['1:5', '1:3', '1:9', '1:8', '5:0', '5:1']].map((numbers): DeviceRule => {
      const [major, minor] = numbers.split(':').map(Number) as [number, number];
      return { allow: true, type: 'c', major, minor, access: 'rwm' };
    });
    expect(deviceProgram([denyAll, ...more]).length / 8).toBe(usualLength + 6);
    expect(deviceProgram([...more, denyAll]).length / 8).toBe(usualLength);
    expect(deviceProgram([...more, allowAll]).length / 8).toBeLessThanOrEqual(usualLength);
  });

  test('needs an access in every rule', () => {
    expect(() => deviceProgram([{ allow: false }])).toThrow(RuntimeError);
  });
});

test('rules that allow everything', () => {
  expect(allowsEverything([allowAll])).toBe(true);
  expect(allowsEverything([denyAll, allowAll, { allow: true, ...fuse, access: 'r' }])).toBe(true);
  expect(isIdle(deviceProgram([denyAll, allowAll]))).toBe(true);
  expect(isIdle(deviceProgram([denyAll]))).toBe(false);
  expect(allowsEverything([])).toBe(false);
  expect(allowsEverything([{ allow: true, access: 'rw' }])).toBe(false);
  expect(allowsEverything([allowAll, { allow: false, ...fuse, access: 'r' }])).toBe(false);
});
