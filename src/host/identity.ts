/** Who runs tsrun: credentials(7), capabilities(7). Each fact is found out when it is asked for, once. */
import { effectiveGid, effectiveUid, realGid, realUid, supplementaryGroups } from '../kernel/own-process.ts';
import { inInitialUserNamespace, statusField } from './user-namespace.ts';

/** Numbers of capabilities, capability.h. */
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SYS_ADMIN = 21;
export const CAP_SYS_RESOURCE = 24;
export const CAP_SETFCAP = 31;

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly euid: number;
  readonly egid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly inInitialUserNamespace: boolean;
  /** Not root of the machine: an ordinary user, or root of a user namespace. */
  readonly isRootless: boolean;
  /** The effective set as a bit mask, counted in our own user namespace. */
  readonly capabilities: bigint;
}

export function hasCapability({ capabilities }: Identity, capability: number): boolean {
  return (capabilities & (1n << BigInt(capability))) !== 0n;
}

/** Whether namespaces can be made and joined without making a user namespace first. */
export function isPrivileged(identity: Identity): boolean {
  return hasCapability(identity, CAP_SYS_ADMIN);
}

let known: Identity | undefined;

/** The identity of this process, which does not change. */
export function identity(): Identity {
  known ??= new ProcessIdentity();
  return known;
}

class ProcessIdentity implements Identity {
  readonly uid = realUid();
  readonly gid = realGid();
  readonly euid = effectiveUid();
  readonly egid = effectiveGid();
  #groups: readonly number[] | undefined;
  #initial: boolean | undefined;
  #capabilities: bigint | undefined;

  get groups(): readonly number[] {
    this.#groups ??= supplementaryGroups();
    return this.#groups;
  }

  get inInitialUserNamespace(): boolean {
    this.#initial ??= inInitialUserNamespace();
    return this.#initial;
  }

  get isRootless(): boolean {
    return this.euid !== 0 || !this.inInitialUserNamespace;
  }

  get capabilities(): bigint {
    this.#capabilities ??= BigInt(`0x${statusField('CapEff') ?? '0'}`);
    return this.#capabilities;
  }
}
