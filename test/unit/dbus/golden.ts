/** Messages as other programs have sent them, and what they mean. */
import type { MessageHeader } from '../../../src/dbus/message.ts';
import type { BusValue } from '../../../src/dbus/signature.ts';

export interface Golden {
  readonly name: string;
  readonly bytes: string;
  readonly header: MessageHeader;
  readonly values: readonly BusValue[];
}

const daemon = { sender: 'org.freedesktop.DBus' };
const called = {
  type: 1,
  flags: 0,
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  destination: 'org.freedesktop.DBus',
};

const v = (signature: string, value: BusValue): BusValue => ({ signature, value });

/** libsystemd 252, sd_bus_call(3). */
export const sent: readonly Golden[] = [
  {
    name: 'Hello',
    bytes: [
      '6c01000100000000010000006d00000001016f00150000002f6f72672f667265656465736b746f702f44427573000000',
      '030173000500000048656c6c6f00000002017300140000006f72672e667265656465736b746f702e4442757300000000',
      '06017300140000006f72672e667265656465736b746f702e4442757300000000',
    ].join(''),
    header: { ...called, serial: 1, member: 'Hello' },
    values: [],
  },
  {
    name: 'AddMatch, which expects no answer',
    bytes: [
      '6c0101014a000000020000007f00000001016f00150000002f6f72672f667265656465736b746f702f44427573000000',
      '03017300080000004164644d61746368000000000000000002017300140000006f72672e667265656465736b746f702e',
      '444275730000000006017300140000006f72672e667265656465736b746f702e44427573000000000801670001730000',
      '45000000747970653d277369676e616c272c73656e6465723d276f72672e667265656465736b746f702e44427573272c',
      '6d656d6265723d274e616d654f776e65724368616e6765642700',
    ].join(''),
    header: { ...called, flags: 1, serial: 2, member: 'AddMatch', signature: 's' },
    values: ["type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"],
  },
  {
    name: 'StartTransientUnit, with a value of each type',
    bytes: [
      '6c010001c001000005000000b600000001016f00190000002f6f72672f667265656465736b746f702f73797374656d64',
      '3100000000000000030173001200000053746172745472616e7369656e74556e69740000000000000201730020000000',
      '6f72672e667265656465736b746f702e73797374656d64312e4d616e6167657200000000000000000601730018000000',
      '6f72672e667265656465736b746f702e73797374656d6431000000000000000008016700107373612873762961287361',
      '28737629290000000e000000747372756e2dc3bc2e73636f70650000070000007265706c616365009001000000000000',
      '0b0000004465736372697074696f6e000173000005000000612022622200000004000000504944730002617500000000',
      '0800000001000000ffffffff000000000800000044656c65676174650001620001000000000000001200000043505551',
      '756f74615065725365635553656300017400000000000000ffffffffffffffff0b000000446576696365416c6c6f7700',
      '05612873732900003000000000000000090000002f6465762f6e756c6c00000002000000727700000800000063686172',
      '2d707473000000000300000072776d000b000000416c6c6f776564435055730002617900020000000702000000000000',
      '05000000416674657200026173000000000000000000000003000000416c6c000f28796e71697578746462736f677629',
      '0000000000000000ff00feffffff0000fdffffff04000000fbffffffffffffff0600000000000000000000000000f83f',
      '000000000100000078000000060000002f612f625f310005617b73767d0005617b73767d000000001000000000000000',
      '010000006b00017500000000090000000000000000000000',
    ].join(''),
    header: {
      type: 1,
      flags: 0,
      serial: 5,
      path: '/org/freedesktop/systemd1',
      member: 'StartTransientUnit',
      interface: 'org.freedesktop.systemd1.Manager',
      destination: 'org.freedesktop.systemd1',
      signature: 'ssa(sv)a(sa(sv))',
    },
    values: [
      'tsrun-ü.scope',
      'replace',
      [
        ['Description', v('s', 'a "b"')],
        ['PIDs', v('au', [1, 4294967295])],
        ['Delegate', v('b', true)],
        ['CPUQuotaPerSecUSec', v('t', 2n ** 64n - 1n)],
        [
          'DeviceAllow',
          v('a(ss)', [
            ['/dev/null', 'rw'],
            ['char-pts', 'rwm'],
          ]),
        ],
        ['AllowedCPUs', v('ay', [7, 2])],
        ['After', v('as', [])],
        [
          'All',
          v('(ynqiuxtdbsogv)', [
            ...[255, -2, 65535, -3, 4, -5n, 6n, 1.5, false, 'x', '/a/b_1', 'a{sv}'],
            v('a{sv}', [['k', v('u', 9)]]),
          ]),
        ],
      ],
      [],
    ],
  },
];

/** dbus-daemon 1.14. */
export const answered: readonly Golden[] = [
  {
    name: "Hello's answer",
    bytes: [
      '6c0201010a000000010000003d00000006017300050000003a312e313500000005017500010000000801670001730000',
      '07017300140000006f72672e667265656465736b746f702e4442757300000000050000003a312e313500',
    ].join(''),
    header: { type: 2, flags: 1, serial: 1, destination: ':1.15', replySerial: 1, signature: 's', ...daemon },
    values: [':1.15'],
  },
  {
    name: "Hello's answer, big-endian",
    bytes: [
      '420201010000000a000000010000003d06017300000000053a312e313500000005017500000000010801670001730000',
      '07017300000000146f72672e667265656465736b746f702e4442757300000000000000053a312e313500',
    ].join(''),
    header: { type: 2, flags: 1, serial: 1, destination: ':1.15', replySerial: 1, signature: 's', ...daemon },
    values: [':1.15'],
  },
  {
    name: 'an error',
    bytes: [
      '6c03010134000000030000007500000006017300050000003a312e313500000004017300290000006f72672e66726565',
      '6465736b746f702e444275732e4572726f722e4e616d654861734e6f4f776e6572000000000000000501750003000000',
      '080167000173000007017300140000006f72672e667265656465736b746f702e44427573000000002f000000436f756c',
      '64206e6f7420676574206f776e6572206f66206e616d652027612e62273a206e6f2073756368206e616d6500',
    ].join(''),
    header: {
      type: 3,
      flags: 1,
      serial: 3,
      destination: ':1.15',
      errorName: 'org.freedesktop.DBus.Error.NameHasNoOwner',
      replySerial: 3,
      signature: 's',
      ...daemon,
    },
    values: ["Could not get owner of name 'a.b': no such name"],
  },
  {
    name: 'a dictionary',
    bytes: [
      '6c02010138000000040000004500000006017300050000003a312e313500000005017500040000000801670005617b73',
      '767d00000000000007017300140000006f72672e667265656465736b746f702e44427573000000003000000000000000',
      '0900000050726f63657373494400017500000000f25600000a000000556e697855736572494400017500000000000000',
    ].join(''),
    header: {
      type: 2,
      flags: 1,
      serial: 4,
      destination: ':1.15',
      replySerial: 4,
      signature: 'a{sv}',
      ...daemon,
    },
    values: [
      [
        ['ProcessID', v('u', 22258)],
        ['UnixUserID', v('u', 0)],
      ],
    ],
  },
  {
    name: 'a signal',
    bytes: [
      '6c0401011e000000060000008900000001016f00150000002f6f72672f667265656465736b746f702f44427573000000',
      '02017300140000006f72672e667265656465736b746f702e444275730000000003017300100000004e616d654f776e65',
      '724368616e676564000000000000000007017300140000006f72672e667265656465736b746f702e4442757300000000',
      '08016700037373730000000000000000050000003a312e31360000000000000000000000050000003a312e313600',
    ].join(''),
    header: {
      type: 4,
      flags: 1,
      serial: 6,
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'NameOwnerChanged',
      signature: 'sss',
      ...daemon,
    },
    values: [':1.16', '', ':1.16'],
  },
];
