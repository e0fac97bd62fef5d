/**
 * Where the writable layers of containers live: on disk, which the state root (/run) usually is not. file-hierarchy(7),
 * XDG Base Directory Specification.
 */
import { join } from 'node:path';

export interface DataOwner {
  /** Root of the machine, and not of a user namespace. */
  readonly isRoot: boolean;
  /** The caller's own; engines pass next to none. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A container's directory for data; unique for its id and the state root. Nothing is made. */
export function dataDirectory(owner: DataOwner, stateRoot: string, id: string): string {
  return join(dataHome(owner), fingerprint(stateRoot), id);
}

function dataHome({ isRoot, environment }: DataOwner): string {
  if (isRoot) return '/var/lib/tsrun';
  const { XDG_DATA_HOME, HOME } = environment;
  if (XDG_DATA_HOME?.startsWith('/')) return join(XDG_DATA_HOME, 'tsrun');
  const home = HOME?.startsWith('/') ? HOME : homeOfCaller();
  return home ? join(home, '.local/share/tsrun') : `/var/tmp/tsrun-${process.geteuid?.()}`;
}

/** As the user database has it. */
function homeOfCaller(): string | undefined {
  try {
    // Rarely needed, and loading it costs Bun 0.2 ms.
    const { homedir } = process.getBuiltinModule('node:os').userInfo();
    return homedir.startsWith('/') && homedir !== '/' ? homedir : undefined;
  } catch {
    return undefined; // An id that nobody named.
  }
}

/** FNV-1a, 64 bits: tells apart the few roots one user has, without loading a crypto library. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}
