/** Addresses of interfaces: RTM_GETADDR and RTM_NEWADDR of rtnetlink(7), struct ifaddrmsg. */
import { viewOf } from '../../kernel/bytes.ts';
import { type Attribute, attributesOf, type Message, unsigned } from './message.ts';

export const RTM_NEWADDR = 20;
export const RTM_GETADDR = 22;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const IFA_FLAGS = 8;
const IFA_F_PERMANENT = 0x80;
/** What may be asked for: no duplicate address detection, no route by itself, and the like. */
const SETTABLE = 0x02 | 0x10 | 0x100 | 0x200 | 0x400;
const RT_SCOPE_UNIVERSE = 0;
const STRUCT = 8;

export interface Address {
  readonly family: number;
  readonly prefix: number;
  /** Index of its interface. */
  readonly link: number;
  readonly flags: number;
  readonly scope: number;
  readonly attributes: ReadonlyMap<number, Uint8Array>;
}

export function parseAddress({ payload }: Message): Address {
  const view = viewOf(payload);
  const attributes = attributesOf(payload, STRUCT);
  const all = attributes.get(IFA_FLAGS);
  return {
    family: view.getUint8(0),
    prefix: view.getUint8(1),
    // The struct has room for the first eight of them only.
    flags: all ? viewOf(all).getUint32(0, true) : view.getUint8(2),
    scope: view.getUint8(3),
    link: view.getUint32(4, true),
    attributes,
  };
}

/** Made for good, and valid everywhere: what the specification has moved with an interface. */
export function isKept({ flags, scope }: Address): boolean {
  return (flags & IFA_F_PERMANENT) !== 0 && scope === RT_SCOPE_UNIVERSE;
}

export function addressStruct({ family = 0, prefix = 0 }: Partial<Address>, link: number): Uint8Array {
  const struct = new Uint8Array(STRUCT);
  struct[0] = family;
  struct[1] = prefix;
  viewOf(struct).setUint32(4, link, true);
  return struct;
}

/** The same on another interface: its label, which is the interface's name, is left out. */
export function copiedAttributes({ attributes, flags }: Address): readonly Attribute[] {
  const copied = [IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST].flatMap((type) => {
    const data = attributes.get(type);
    return data ? [{ type, data }] : [];
  });
  return [...copied, { type: IFA_FLAGS, data: unsigned(flags & SETTABLE) }];
}

/** `192.0.2.1/24`, `2001:db8::1/64` */
export function describeAddress({ attributes, prefix }: Address): string {
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS) ?? new Uint8Array();
  if (bytes.length === 4) return `${bytes.join('.')}/${prefix}`;
  const groups = Array.from({ length: bytes.length / 2 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return `${groups
    .join(':')
    .replace(/\b0(:0)+\b/, ':')
    .replace(/:{3,}/, '::')}/${prefix}`;
}
