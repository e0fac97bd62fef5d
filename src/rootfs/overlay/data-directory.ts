/**
 * Where the writable layers of containers live: on disk, which the state root (/run) usually is not. file-hierarchy(7),
 * XDG Base Directory Specification.
 */
import { homeDirectory } from '../../host/passwd.ts';
import { trustedPath } from '../../host/trusted-path.ts';
import { encodeUtf8 } from '../../kernel/bytes.ts';
import { effectiveUid } from '../../kernel/own-process.ts';
import { join, resolve } from '../../kernel/path.ts';
import { refusePrepared } from './own-directory.ts';

export interface DataOwner {
  /** Root of the machine, and not of a user namespace. */
  readonly isRoot: boolean;
  /** The caller's own; engines pass next to none. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * A container's directory for data; unique for its id and the state root. Nothing is made.
 *
 * @returns a path without symbolic links
 * @throws RuntimeError `usage`, `overlay` if another user can choose which directory it is
 */
export function dataDirectory(owner: DataOwner, stateRoot: string, id: string): string {
  const { parent, name } = dataHome(owner);
  const shared = join(trustedPath(parent), name, fingerprint(stateRoot));
  refusePrepared(shared);
  return join(shared, id);
}

interface DataHome {
  readonly parent: string;
  readonly name: string;
}

function dataHome({ isRoot, environment }: DataOwner): DataHome {
  if (isRoot) return { parent: '/var/lib', name: 'tsrun' };
  const { XDG_DATA_HOME, HOME } = environment;
  if (XDG_DATA_HOME?.startsWith('/')) return { parent: resolve(XDG_DATA_HOME), name: 'tsrun' };
  const home = HOME?.startsWith('/') ? HOME : homeOfCaller();
  if (home) return { parent: join(home, '.local/share'), name: 'tsrun' };
  return { parent: '/var/tmp', name: `tsrun-${effectiveUid()}` };
}

/** As the user database has it. */
function homeOfCaller(): string | undefined {
  const home = homeDirectory(effectiveUid());
  return home?.startsWith('/') && home !== '/' ? home : undefined;
}

/**
 * FNV-1a with two primes, 32 bits each: tells apart the few roots one user has. A cryptographic hash is not needed.
 */
function fingerprint(text: string): string {
  let [one, other] = [0x811c9dc5, 0xcbf29ce4];
  const bytes = encodeUtf8(text);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    one = Math.imul(one ^ byte, 0x01000193);
    other = Math.imul(other ^ byte, 0x01000197);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
