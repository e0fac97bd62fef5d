/** Interfaces: RTM_GETLINK and RTM_NEWLINK of rtnetlink(7), struct ifinfomsg. */
import { type Attribute, attributesOf, type Message } from './message.ts';

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
  const struct = Buffer.alloc(STRUCT);
  struct.writeInt32LE(index, 4);
  struct.writeUInt32LE(up ? IFF_UP : 0, 8);
  struct.writeUInt32LE(up === undefined ? 0 : IFF_UP, 12);
  return struct;
}

export function linkName(name: string): Attribute {
  return { type: IFLA_IFNAME, data: Buffer.from(`${name}\0`) };
}

/** The network namespace of a process, by its id in ours. */
export function namespaceOfProcess(pid: number): Attribute {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(pid, 0);
  return { type: IFLA_NET_NS_PID, data };
}

export function parseLink({ payload }: Message): Link {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const name = attributesOf(payload, STRUCT).get(IFLA_IFNAME) ?? new Uint8Array();
  return { index: view.getInt32(4, true), name: Buffer.from(name).toString().replace(/\0.*$/s, '') };
}
