/** struct statx, as far as it is used. */
import { viewOf } from './bytes.ts';
import { S_IFCHR, S_IFMT } from './constants/file.ts';

export interface Status {
  /** File type and permission bits. */
  readonly mode: number;
  /** How many names it has. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: bigint;
  /** Bytes. */
  readonly size: bigint;
  /** Of 512 bytes each, that are allocated. */
  readonly blocks: bigint;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Of the filesystem that it is in. */
  readonly filesystem: bigint;
}

export function decodeStatx(bytes: Uint8Array): Status {
  const view = viewOf(bytes);
  return {
    links: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    mode: view.getUint16(28, true),
    inode: view.getBigUint64(32, true),
    size: view.getBigUint64(40, true),
    blocks: view.getBigUint64(48, true),
    deviceMajor: view.getUint32(128, true),
    deviceMinor: view.getUint32(132, true),
    filesystem: view.getBigUint64(136, true),
  };
}

export function isCharacterDevice(status: Status, major: number, minor: number): boolean {
  const isCharacter = (status.mode & S_IFMT) === S_IFCHR;
  return isCharacter && status.deviceMajor === major && status.deviceMinor === minor;
}
