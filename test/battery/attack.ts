/**
 * An attack on a runtime by what is not trusted: the image, the processes in the container, who shares a volume
 * with it. Attacks know no runtime: they use the command line that all of them have.
 */
import type { needs } from '../setup/needs.ts';
import type { Target } from './target.ts';

export interface Attack {
  /** What holds against it, as a sentence. */
  readonly claim: string;
  /** The past vulnerability, where there was one. */
  readonly cve?: string;
  /** Who can be attacked like this; everybody where it is left out. */
  readonly as?: 'root' | 'user';
  readonly needs?: readonly (keyof typeof needs)[];
  /**
   * @returns how the runtime held: mostly its error
   * @throws Breach, NotApplicable
   */
  run(target: Target): Promise<string>;
}

/** The attack succeeded. */
export class Breach extends Error {}

/** The attack says nothing about this runtime. */
export class NotApplicable extends Error {}

export type Verdict =
  | { readonly kind: 'held'; readonly note: string }
  | { readonly kind: 'breached'; readonly note: string }
  | { readonly kind: 'not applicable'; readonly note: string };

/** @throws Breach where `held` is false */
export function must(held: boolean, breach: string): void {
  if (!held) throw new Breach(breach);
}
