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
  return new DecodedStatus(viewOf(bytes));
}

/** Decodes what is asked for: most callers use one or two of the fields. */
class DecodedStatus implements Status {
  readonly #view: DataView;

  constructor(view: DataView) {
    this.#view = view;
  }

  get links(): number {
    return this.#view.getUint32(16, true);
  }

  get uid(): number {
    return this.#view.getUint32(20, true);
  }

  get gid(): number {
    return this.#view.getUint32(24, true);
  }

  get mode(): number {
    return this.#view.getUint16(28, true);
  }

  get inode(): bigint {
    return this.#view.getBigUint64(32, true);
  }

  get size(): bigint {
    return this.#view.getBigUint64(40, true);
  }

  get blocks(): bigint {
    return this.#view.getBigUint64(48, true);
  }

  get deviceMajor(): number {
    return this.#view.getUint32(128, true);
  }

  get deviceMinor(): number {
    return this.#view.getUint32(132, true);
  }

  get filesystem(): bigint {
    return this.#view.getBigUint64(136, true);
  }
}

export function isCharacterDevice(status: Status, major: number, minor: number): boolean {
  const isCharacter = (status.mode & S_IFMT) === S_IFCHR;
  return isCharacter && status.deviceMajor === major && status.deviceMinor === minor;
}
