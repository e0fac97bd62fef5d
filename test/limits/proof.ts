/**
 * A proof that a limit holds: what is asked for, what then stands in the kernel's files, seen from inside and from
 * outside, and what shows that it is enforced. Proofs know no runtime: they use the command line that all have.
 */
import type { LooseConfig } from '../setup/base-config.ts';
import type { needs } from '../setup/needs.ts';
import type { Host } from './host.ts';
import type { Container, Subject } from './subject.ts';

/** Files of a cgroup, with what is to be in them. */
export type Readings = Readonly<Record<string, string | RegExp>>;

export interface Proof {
  /** What is limited and how that shows, as a sentence that is true where it is enforced. */
  readonly claim: string;
  readonly as?: 'root' | 'user';
  readonly needs?: readonly (keyof typeof needs)[];
  /** What is asked for: `linux.resources`. */
  readonly resources?: LooseConfig | ((host: Host) => LooseConfig);
  /** What else the configuration must have. */
  readonly config?: (config: LooseConfig) => void;
  /** What the container's first process does; it sleeps where this is left out. */
  readonly script?: string;
  /** By cgroup version; a version that is left out has no such limit. */
  readonly files?: Readonly<Partial<Record<1 | 2, Readings>>>;
  /**
   * Left out where there is nothing that shows it: the reason is then `unseen`.
   *
   * @returns what was seen
   * @throws NotInForce, ReadBackOnly, NotApplicable, Refused
   */
  shows?(container: Container, subject: Subject): Promise<string>;
  /** Why it can only be read back. */
  readonly unseen?: string;
  /** Before the container is made; what it returns is called at the end. */
  prepare?(host: Host): () => void;
}

/** The runtime has accepted the limit, and it does not hold. */
export class NotInForce extends Error {}

/** The value is there; what would show more is not on this machine. */
export class ReadBackOnly extends Error {}

/** The machine, or this runtime, says nothing about it. */
export class NotApplicable extends Error {}

/** The runtime says that it cannot: its message. */
export class Refused extends Error {}

export const kinds = ['enforced', 'read back', 'error', 'not applicable', 'not in force'] as const;

export interface Verdict {
  readonly kind: (typeof kinds)[number];
  /** What was seen, or why not. */
  readonly note: string;
}

/** @throws NotInForce where `held` is false */
export function must(held: boolean, otherwise: string): void {
  if (!held) throw new NotInForce(otherwise);
}
