import { expect, test } from 'vitest';
import { parseUser } from '../../../src/cli/user.ts';

test.each([
  ['0', { uid: 0 }],
  ['1000', { uid: 1000 }],
  ['1000:0', { uid: 1000, gid: 0 }],
  ['4294967294:4294967294', { uid: 4294967294, gid: 4294967294 }],
])('%s is a user', (text, user) => {
  expect(parseUser(text)).toEqual(user);
});

test.each([
  '1000x',
  '',
  '1:',
  ':1',
  ':',
  '4294967295',
  '4294967296',
  '-1',
  '+1',
  ' 1',
  '1 ',
  '0x10',
  '1e3',
  'root',
  '1:2:3',
  '1.0',
  '٣',
  '1\n',
])('%j is not', (text) => {
  expect(() => parseUser(text)).toThrow(
    expect.objectContaining({ code: 'usage', details: { hint: expect.any(String) } }),
  );
});
