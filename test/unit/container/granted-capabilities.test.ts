/** Whose capabilities count: the runtime's, or those of another user namespace. */
import { expect, test } from 'vitest';
import { grantedCapabilities, ownsRights } from '../../../src/container/granted-capabilities.ts';
import type { Log } from '../../../src/log/log.ts';

const none = { userNamespace: false };

test.each([
  ['a new user namespace', { userNamespace: true }, {}, true],
  ['a nested one', { ...none, nested: { uid: 1, gid: 1 } }, {}, true],
  ['a joined one', none, { namespaces: [{ type: 'user' as const, path: '/proc/1/ns/user' }] }, true],
  ['our own', none, { namespaces: [{ type: 'mount' as const }] }, false],
])('%s', (_, record, linux, expected) => {
  expect(ownsRights(record, linux)).toBe(expected);
});

test('what cannot be granted is left out of every set, and said once', () => {
  const warnings: string[] = [];
  const log: Log = { debug() {}, warning: (text) => warnings.push(text) };
  const names = ['CAP_KILL', 'CAP_NOSUCH', 'cap_kill'];
  const sets = { bounding: names, permitted: names, effective: names, inheritable: names, ambient: names };
  const kill = 1n << 5n;
  expect(grantedCapabilities(sets, true, log)).toEqual({
    ...{ bounding: kill, permitted: kill, effective: kill, inheritable: kill, ambient: kill },
  });
  expect(warnings).toEqual(['capabilities that cannot be granted here are left out: CAP_NOSUCH, cap_kill']);
});
