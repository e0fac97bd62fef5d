/** Which targets were met. */
import { type Results, roundsOf, type ScopeResults } from './results.ts';
import { type RuntimeName, runtimeNames } from './runtime-names.ts';
import { rowOf, type ScopeName } from './scenarios.ts';
import { median, pairedRatio, present } from './statistics.ts';
import { absoluteTargets, LARGEST_PACKAGE, type RatioTarget, ratioTargets } from './targets.ts';

export interface Verdict {
  /** Such as `run ≤ 0.4 × runc`. */
  readonly target: string;
  readonly scope: ScopeName | 'package';
  /** Such as `0.38 × runc 1.1.5`. */
  readonly measured: string;
  /** Undefined if the comparison was not possible. */
  readonly met: boolean | undefined;
}

/** One for each target, scope and release of the other runtime; nothing for scopes that were not measured. */
export function verdicts(results: Results): Verdict[] {
  const ratios = ratioTargets.flatMap((target) =>
    target.scopes.flatMap((scope) => {
      const measured = results.scopes[scope];
      return measured?.tsrun?.samples[rowOf(target.row).task]
        ? compared(results, target, scope, measured)
        : [];
    }),
  );
  return [...ratios, ...absolutes(results), ...packages(results)];
}

function compared(
  { versions }: Results,
  { row: id, against, atMost }: RatioTarget,
  scope: ScopeName,
  measured: ScopeResults,
): Verdict[] {
  const row = rowOf(id);
  const target = `${row.title} ≤ ${atMost} × ${against}`;
  const own = roundsOf(row, measured.tsrun);
  return runtimeNames
    .filter((name) => isOf(against, name) && measured[name] !== undefined)
    .map((name) => {
      const label = `${against} ${shortVersion(versions[name])}`;
      const ratio = pairedRatio(own, roundsOf(row, measured[name]));
      if (Number.isNaN(ratio))
        return { target, scope, measured: `not measured with ${label}`, met: undefined };
      return { target, scope, measured: `${ratio.toFixed(2)} × ${label}`, met: ratio <= atMost };
    });
}

function isOf(program: string, name: RuntimeName): boolean {
  return name === program || name.startsWith(`${program} of `);
}

/** `1.1.5` of `runc version 1.1.5+ds1, commit: …`. */
export function shortVersion(version: string | undefined): string {
  return /version:? (\d[\d.]*)/.exec(version ?? '')?.[1] ?? '(version unknown)';
}

function absolutes({ scopes }: Results): Verdict[] {
  return absoluteTargets.flatMap(({ row: id, atMost, scopes: own }) =>
    own.flatMap((scope) => {
      const row = rowOf(id);
      const value = median(present(roundsOf(row, scopes[scope]?.tsrun)));
      if (Number.isNaN(value)) return [];
      const target = `${row.title} ≤ ${atMost} ${row.unit}`;
      return [{ target, scope, measured: `${value.toFixed(2)} ${row.unit}`, met: value <= atMost }];
    }),
  );
}

function packages({ sizes }: Results): Verdict[] {
  return sizes
    .filter(({ name }) => name.endsWith('.deb'))
    .map(({ name, bytes }) => ({
      target: `${name} ≤ ${LARGEST_PACKAGE / 1e6} MB`,
      scope: 'package',
      measured: `${(bytes / 1e6).toFixed(2)} MB`,
      met: bytes <= LARGEST_PACKAGE,
    }));
}
