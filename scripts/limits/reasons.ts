/** Why a proof shows less than that a limit is enforced, written by hand for tsrun: a unit test asks for each. */
import type { Place } from '../../test/limits/host.ts';
import type { Verdict } from '../../test/limits/proof.ts';
import reasons from '../../test/limits/reasons.json' with { type: 'json' };
import type { Run } from './results.ts';

export interface Reason {
  /** What the claims begin with. */
  readonly claim: string;
  readonly kind: string;
  /** Where; everywhere as far as it is left out. */
  readonly place?: { readonly [K in keyof Place]?: string };
  readonly reason: string;
}

export function readReasons(): readonly Reason[] {
  return reasons;
}

export function reasonFor(
  all: readonly Reason[],
  place: Place,
  claim: string,
  { kind }: Verdict,
): Reason | undefined {
  return all.find(
    (reason) => reason.kind === kind && claim.startsWith(reason.claim) && covers(reason.place ?? {}, place),
  );
}

/** Verdicts of tsrun that have no reason. */
export function unexplained(runs: readonly Run[], all: readonly Reason[]): string[] {
  return less(runs)
    .filter(({ place, claim, verdict }) => reasonFor(all, place, claim, verdict) === undefined)
    .map(
      ({ place, claim, verdict }) =>
        `${Object.values(place).join(', ')}: ${claim}: ${verdict.kind}: ${verdict.note}`,
    );
}

/** Reasons that no verdict has. */
export function leftOver(runs: readonly Run[], all: readonly Reason[]): Reason[] {
  const used = less(runs).map(({ place, claim, verdict }) => reasonFor(all, place, claim, verdict));
  return all.filter((reason) => !used.includes(reason));
}

function less(runs: readonly Run[]) {
  return runs
    .filter(({ runtime }) => runtime === 'tsrun')
    .flatMap(({ place, verdicts }) =>
      Object.entries(verdicts).map(([claim, verdict]) => ({ place, claim, verdict })),
    )
    .filter(({ verdict }) => verdict.kind !== 'enforced');
}

function covers(wanted: NonNullable<Reason['place']>, place: Place): boolean {
  return (['cgroup', 'manager', 'user'] as const).every(
    (name) => (wanted[name] ?? place[name]) === place[name],
  );
}
