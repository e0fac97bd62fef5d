/** Interfaces: RTM_GETLINK and RTM_NEWLINK of rtnetlink(7), struct ifinfomsg. */
import { decodeUtf8, encodeUtf8, viewOf } from '../../kernel/bytes.ts';
import { type Attribute, attributesOf, type Message, unsigned } from './message.ts';

export const RTM_NEWLINK = 16;
export const RTM_GETLINK = 18;
const IFLA_IFNAME = 3;
const IFLA_NET_NS_PID = 19;
const IFF_UP = 1;
const STRUCT = 16;

export interface Link {
  readonly index: number;
  readonly name: string;
}

/** @param up undefined leaves it as it is */
export function linkStruct(index: number, up?: boolean): Uint8Array {
  const struct = new Uint8Array(STRUCT);
  const view = viewOf(struct);
  view.setInt32(4, index, true);
  view.setUint32(8, up ? IFF_UP : 0, true);
  view.setUint32(12, up === undefined ? 0 : IFF_UP, true);
  return struct;
}

export function linkName(name: string): Attribute {
  return { type: IFLA_IFNAME, data: encodeUtf8(`${name}\0`) };
}

/** The network namespace of a process, by its id in ours. */
export function namespaceOfProcess(pid: number): Attribute {
  return { type: IFLA_NET_NS_PID, data: unsigned(pid) };
}

export function parseLink({ payload }: Message): Link {
  const view = viewOf(payload);
  const name = attributesOf(payload, STRUCT).get(IFLA_IFNAME) ?? new Uint8Array();
  return { index: view.getInt32(4, true), name: decodeUtf8(name).replace(/\0.*$/s, '') };
}
