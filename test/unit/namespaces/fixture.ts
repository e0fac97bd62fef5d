import {
  CAP_SETFCAP,
  CAP_SETGID,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  type Identity,
} from '../../../src/host/identity.ts';
import type { IdRange } from '../../../src/host/subordinate-ids.ts';
import type { IdHost } from '../../../src/namespaces/id-maps.ts';

const allCapabilities = [CAP_SETFCAP, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN].reduce(
  (set, capability) => set | (1n << BigInt(capability)),
  0n,
);

export const root: Identity = {
  uid: 0,
  gid: 0,
  euid: 0,
  egid: 0,
  groups: [],
  inInitialUserNamespace: true,
  isRootless: false,
  capabilities: allCapabilities,
};

export const ordinary: Identity = {
  uid: 1000,
  gid: 100,
  euid: 1000,
  egid: 100,
  groups: [],
  inInitialUserNamespace: true,
  isRootless: true,
  capabilities: 0n,
};

export interface HostFixture {
  readonly identity?: Identity;
  readonly ranges?: readonly IdRange[];
  /** Absent: not installed. */
  /** Of the user namespace that we are in. */
  readonly ownIds?: readonly IdRange[];
  readonly helpers?: 'privileged' | 'unprivileged';
}

export function host({ identity = ordinary, ranges = [], ownIds = [], helpers }: HostFixture = {}): IdHost {
  return {
    identity,
    userName: () => 'ann',
    subordinateRanges: () => ranges,
    ownIds: () => ownIds,
    helper: (name) => helpers && { path: `/usr/bin/${name}`, privileged: helpers === 'privileged' },
  };
}
