import { describe, expect, test } from 'vitest';
import { decodeMessage, encodeMessage, messageLength } from '../../../src/dbus/message.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { answered, sent } from './golden.ts';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('messages', () => {
  test.each(sent)('are what libsystemd sends: $name', ({ bytes, header, values }) => {
    expect(Buffer.from(encodeMessage(header, values)).toString('hex')).toBe(bytes);
  });

  test.each([...answered, ...sent])('are read: $name', ({ bytes, header, values }) => {
    const message = decodeMessage(bytesOf(bytes));
    expect(message).toMatchObject(header);
    expect(message.values()).toEqual(values);
    expect(messageLength(bytesOf(bytes))).toBe(bytes.length / 2);
  });

  /** An answer to the call 7: the beginning, the number of bytes of fields, fields. */
  const start = '6c020001 00000000 01000000';
  const replySerial = '05017500 07000000';

  test('may have fields and types that are not known', () => {
    const unknown = decodeMessage(bytesOf(`${start} 0d000000 ${replySerial} 7f017900 01000000`));
    expect(unknown).toMatchObject({ replySerial: 7 });
    expect(decodeMessage(bytesOf('6c630001 00000000 01000000 00000000'))).toMatchObject({ type: 0x63 });
  });

  test.each([
    ['byte order', '78020001 00000000 01000000 00000000', 'its byte order is not known'],
    ['version', '6c020002 00000000 01000000 00000000', 'it has version 2'],
    ['type', '6c000001 00000000 01000000 00000000', 'its type or its serial number is 0'],
    ['serial number', '6c020001 00000000 00000000 00000000', 'its type or its serial number is 0'],
    ['length', '6c020001 01000008 01000000 00000000', 'it is too long'],
    ['length of the fields', '6c020001 00000000 01000000 01000004', 'it is too long'],
    ['required field', `${start} 00000000`, 'it has no header field "replySerial"'],
    ['field 0', `${start} 08000000 00017500 07000000`, 'a header field has the number 0'],
    ['type of a field', `${start} 08000000 05016900 07000000`, 'its header field "replySerial" is not valid'],
    [
      'value of a field',
      `${start} 08000000 05017500 00000000`,
      'its header field "replySerial" is not valid',
    ],
    [
      'same field twice',
      `${start} 10000000 ${replySerial} ${replySerial}`,
      'its header field "replySerial" is',
    ],
    [
      'member',
      '6c040001 00000000 01000000 0a000000 03017300 01000000 31000000 00000000',
      '"member" is not valid',
    ],
    [
      'sender',
      '6c040001 00000000 01000000 0a000000 07017300 01000000 61000000 00000000',
      '"sender" is not valid',
    ],
    ['padding', `${start} 09000000 ${replySerial} 08010000 00000000`, 'garbled'],
    ['padding at the end', `${start} 0b000000 06017300 02000000 3a2e0000 00000001`, 'garbled'],
    ['fields that end early', `${start} 06000000 05017500 0700 0000`, 'garbled'],
  ])('that are garbled are an error: %s', (_, hex, why) => {
    expect(() => decodeMessage(bytesOf(hex))).toThrow(RuntimeError);
    expect(() => decodeMessage(bytesOf(hex))).toThrow(why);
  });

  test.each([
    ['longer than its signature', '6c020001 04000000 01000000 08000000 05017500 07000000 00000000'],
    [
      'shorter than its signature',
      '6c020001 02000000 01000000 0f000000 05017500 07000000 08016700 01750000 0000',
    ],
  ])('a body %s is an error once it is read', (_, hex) => {
    const message = decodeMessage(bytesOf(hex));
    expect(() => message.values()).toThrow('the message from the bus is garbled');
  });
});
