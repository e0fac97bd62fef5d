import { describe, expect, test } from 'vitest';
import { completeTypes, innerSignature, isCompleteType, isSignature } from '../../../src/dbus/signature.ts';

const arrays = (depth: number) => `${'a'.repeat(depth)}y`;
const structs = (depth: number) => `${'('.repeat(depth)}y${')'.repeat(depth)}`;

describe('signatures', () => {
  test.each([
    ...[
      '',
      's',
      'ybnqiuxtdsogvh',
      'as',
      'a{sv}',
      '(s)',
      'a(sa(sv))',
      'ssa(sv)a(sa(sv))',
      'a{s(ii)}',
      'aaa{yas}',
    ],
    ...[arrays(32), structs(32), `${'a('.repeat(32)}y${')'.repeat(32)}`, 'y'.repeat(255)],
  ])('%s is valid', (signature) => {
    expect(isSignature(signature)).toBe(true);
    expect(completeTypes(signature).join('')).toBe(signature);
  });

  test.each([
    ...[
      'a',
      '(',
      ')',
      '()',
      'a()',
      '(s',
      's)',
      '{sv}',
      'a{s}',
      'a{svv}',
      'a{vs}',
      'a{(s)s}',
      'a{sv',
      'z',
      'e',
      'r',
      ' ',
    ],
    ...['a{sas', '(a)', 'aa', 'm', 's\0', arrays(33), structs(33), 'y'.repeat(256), `a{s${structs(32)}}`],
  ])('%s is not', (signature) => {
    expect(isSignature(signature)).toBe(false);
    expect(isCompleteType(signature)).toBe(false);
  });

  test('are taken apart', () => {
    expect(completeTypes('sa(sv)ua{sv}(i(ss))')).toEqual(['s', 'a(sv)', 'u', 'a{sv}', '(i(ss))']);
    expect(completeTypes('')).toEqual([]);
    expect(innerSignature('a(sv)')).toBe('(sv)');
    expect(innerSignature('(sv)')).toBe('sv');
  });

  test('of a variant are one complete type', () => {
    expect(['s', 'a{sv}', '(ss)'].map(isCompleteType)).toEqual([true, true, true]);
    expect(['', 'ss', 'a', 's(s)'].map(isCompleteType)).toEqual([false, false, false, false]);
  });
});
