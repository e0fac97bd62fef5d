import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DevicePolicy, resolveDeviceRules } from '../../../../src/cgroups/device-rules.ts';
import { deviceTransition, policyInForce } from '../../../../src/cgroups/v1/device-transition.ts';
import type { DeviceWrite } from '../../../../src/cgroups/v1/devices.ts';
import type { DeviceRule } from '../../../../src/spec/types.ts';

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const allowAll: DeviceRule = { allow: true, access: 'rwm' };

function device(major: number, minor: number, access: string, allow = true): DeviceRule {
  return { allow, type: 'c', major, minor, access };
}

function between(from: DeviceRule[], to: DeviceRule[]): string[] {
  const { writes, needsStillness } = deviceTransition(resolveDeviceRules(from), resolveDeviceRules(to));
  return [...writes.map(({ file, text }) => `${file} ${text}`), ...(needsStillness ? ['still'] : [])];
}

describe('from one policy to another', () => {
  test('the same: nothing', () => {
    expect(between([denyAll], [denyAll])).toEqual([]);
  });

  test('what is new is allowed before what is gone is denied', () => {
    expect(
      between([denyAll, device(60, 1, 'rw')], [denyAll, device(60, 1, 'wm'), device(60, 2, 'r')]),
    ).toEqual(['devices.allow c 60:1 m', 'devices.allow c 60:2 r', 'devices.deny c 60:1 r']);
  });

  test('where everything else is allowed, what is new is denied first', () => {
    expect(between([allowAll, device(60, 1, 'rwm', false)], [allowAll, device(60, 2, 'rwm', false)])).toEqual(
      ['devices.deny c 60:2 rwm', 'devices.allow c 60:1 rwm'],
    );
  });

  test('to the other default and exceptions from it: while nobody runs', () => {
    expect(between([denyAll], [allowAll, device(60, 1, 'rwm', false)])).toEqual([
      'devices.allow a *:* rwm',
      'devices.deny c 60:1 rwm',
      'still',
    ]);
    expect(between([allowAll], [denyAll]).at(-1)).toBe('still');
    expect(between([denyAll], [allowAll])).toEqual(['devices.allow a *:* rwm']);
  });

  test('comes to the other policy, and to nothing that neither allows on the way', () => {
    const exception = fc.record({
      type: fc.constantFrom('b' as const, 'c' as const),
      major: fc.constantFrom(60, 61, -1),
      minor: fc.constantFrom(1, 2, -1),
      access: fc.constantFrom('r', 'w', 'm', 'rw', 'wm', 'rwm'),
    });
    const policy = fc.record({
      allow: fc.constant(false),
      exceptions: fc.uniqueArray(exception, {
        maxLength: 6,
        selector: ({ type, major, minor }) => `${type} ${major}:${minor}`,
      }),
    });
    fc.assert(
      fc.property(policy, policy, (from, to) => {
        const state = listOf(from);
        const either = [...listOf(from), ...listOf(to)].flatMap(([key, access]) =>
          [...access].map((letter) => `${key} ${letter}`),
        );
        for (const write of deviceTransition(from, to).writes) {
          apply(state, write);
          for (const [key, access] of state) {
            for (const letter of access) expect(either).toContain(`${key} ${letter}`);
          }
        }
        expect(normal(state)).toEqual(normal(listOf(to)));
      }),
    );
  });
});

/** What the kernel's list holds: `c 60:1` → its letters. */
function listOf({ exceptions }: DevicePolicy): Map<string, Set<string>> {
  const number = (value: number) => (value < 0 ? '*' : `${value}`);
  return new Map(
    exceptions.map(({ type, major, minor, access }) => [
      `${type} ${number(major)}:${number(minor)}`,
      new Set(access),
    ]),
  );
}

function apply(state: Map<string, Set<string>>, { file, text }: DeviceWrite): void {
  const [, key = '', access = ''] = /^(. \S+) (\w+)$/.exec(text) ?? [];
  const letters = state.get(key) ?? new Set();
  for (const letter of access) {
    if (file === 'devices.allow') letters.add(letter);
    else letters.delete(letter);
  }
  if (letters.size > 0) state.set(key, letters);
  else state.delete(key);
}

function normal(state: Map<string, Set<string>>): string[] {
  return [...state].map(([key, letters]) => `${key} ${[...letters].sort().join('')}`).sort();
}

describe('the policy that is in force', () => {
  test('is read from the list', () => {
    expect(policyInForce('c 136:* rwm\nb *:* m', undefined)).toEqual({
      allow: false,
      exceptions: [
        { type: 'c', major: 136, minor: -1, access: 'rwm' },
        { type: 'b', major: -1, minor: -1, access: 'm' },
      ],
    });
  });

  test('is known from the record where the list does not say what is denied', () => {
    const rules = [allowAll, device(60, 1, 'rwm', false)];
    expect(policyInForce('a *:* rwm', rules)).toEqual(resolveDeviceRules(rules));
    expect(policyInForce('a *:* rwm', undefined)).toEqual({ allow: true, exceptions: [] });
    expect(policyInForce('a *:* rwm', [denyAll])).toEqual({ allow: true, exceptions: [] });
  });
});
