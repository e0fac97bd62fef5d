import { describe, expect, test } from 'vitest';
import {
  addressStruct,
  copiedAttributes,
  describeAddress,
  isKept,
  parseAddress,
} from '../../../../src/namespaces/netlink/address.ts';
import {
  linkName,
  linkStruct,
  namespaceOfProcess,
  parseLink,
} from '../../../../src/namespaces/netlink/link.ts';
import { attributesOf, parseAnswers, request } from '../../../../src/namespaces/netlink/message.ts';

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** As `ip -6 addr` and `ip addr` get them, strace(1) -e trace=network -xx. */
const ipv4 = hex(`02 18 80 00 02000000
  0800 0100 c0000202  0800 0200 c0000201  0800 0400 c00002ff  0900 0300 65746830 00 000000
  0800 0800 80000000`);
const ipv6 = hex('0a 40 82 00 02000000  1400 0100 20010db8000000000000000000000001  0800 0800 82020000');

describe('a request', () => {
  test('has a header, a struct and aligned attributes', () => {
    const bytes = request(16, 4, 7, linkStruct(3, true), [linkName('eth0'), namespaceOfProcess(258)]);
    expect(Buffer.from(bytes).toString('hex')).toBe(
      [
        '34000000 1000 0500 07000000 00000000',
        '00000000 03000000 01000000 01000000',
        '0900 0300 6574683000 000000',
        '0800 1300 02010000',
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  test('leaves the state of an interface alone, or takes it down', () => {
    expect([...linkStruct(1).subarray(8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...linkStruct(1, false).subarray(8)]).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  });
});

describe('answers', () => {
  const error = (errno: number) =>
    hex(`14000000 0200 0000 01000000 00000000 ${(errno & 0xff).toString(16)}ffffff`);
  const link = request(16, 0, 1, linkStruct(9), [linkName('lo')]);

  test('are those to the request, up to the last', () => {
    const other = request(16, 0, 2, linkStruct(8), [linkName('eth0')]);
    const answers = parseAnswers(Buffer.concat([other, link, error(-19)]), 1);
    expect(answers).toMatchObject({ finished: true, errno: 19 });
    expect(answers.messages.map(parseLink)).toEqual([{ index: 9, name: 'lo' }]);
  });

  test('go on in the next message', () => {
    expect(parseAnswers(link, 1)).toMatchObject({ finished: false, errno: 0, messages: [{ type: 16 }] });
  });

  test.each([0, 3, 15, 17, 60])('that are cut off after %i bytes end there', (length) => {
    expect(parseAnswers(link.subarray(0, length), 1).finished).toBe(false);
    expect(() => attributesOf(link.subarray(16, 16 + length), 16)).not.toThrow();
  });

  test('with a length of nothing do not go on for ever', () => {
    expect(parseAnswers(new Uint8Array(64), 0)).toEqual({ messages: [], finished: false, errno: 0 });
    expect(attributesOf(new Uint8Array(64), 0).size).toBe(0);
  });
});

describe('an address', () => {
  test('reads as ip(8) writes it', () => {
    const { family, prefix, link } = parseAddress({ type: 20, payload: ipv4 });
    expect([family, prefix, link]).toEqual([2, 24, 2]);
    expect(describeAddress(parseAddress({ type: 20, payload: ipv4 }))).toBe('192.0.2.1/24');
    expect(describeAddress(parseAddress({ type: 20, payload: ipv6 }))).toBe('2001:db8::1/64');
  });

  test('is kept where it is permanent and global', () => {
    const address = parseAddress({ type: 20, payload: ipv4 });
    expect(isKept(address)).toBe(true);
    expect(isKept({ ...address, scope: 253 })).toBe(false);
    expect(isKept({ ...address, flags: 0 })).toBe(false);
  });

  test('is copied without its label, with the flags that may be asked for', () => {
    const copied = (payload: Uint8Array) =>
      copiedAttributes(parseAddress({ type: 20, payload })).map(({ type, data }) => [
        type,
        Buffer.from(data).toString('hex'),
      ]);
    expect(copied(ipv4)).toEqual([
      [1, 'c0000202'],
      [2, 'c0000201'],
      [4, 'c00002ff'],
      [8, '00000000'],
    ]);
    expect(copied(ipv6)).toEqual([
      [1, '20010db8000000000000000000000001'],
      [8, '02020000'],
    ]);
    expect(Buffer.from(addressStruct({ family: 10, prefix: 64 }, 5)).toString('hex')).toBe(
      '0a40000005000000',
    );
  });
});
