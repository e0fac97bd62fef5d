/** Performs the attacks of test/battery on one runtime, and says how it goes. */
import { spawnSync } from 'node:child_process';
import type { Verdict } from '../../test/battery/attack.ts';
import { families } from '../../test/battery/attacks.ts';
import { perform } from '../../test/battery/perform.ts';

export interface BatteryResult {
  readonly runtime: string;
  /** What `--version` says first. */
  readonly version: string;
  /** By claim. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

const SIGNS = { held: 'held', breached: 'NOT HELD', 'not applicable': 'n/a' } as const;

/** @param only part of the family and claim of the attacks that are wanted */
export async function runBattery(runtime: string, races: number, only = ''): Promise<BatteryResult> {
  const { stdout } = spawnSync(runtime, ['--version'], { encoding: 'utf8' });
  const version = stdout?.split('\n')[0] ?? '';
  console.log(`${runtime}: ${version}`);
  const verdicts = new Map<string, Verdict>();
  for (const [family, attacks] of Object.entries(families)) {
    const chosen = attacks.filter(({ claim }) => `${family} ${claim}`.includes(only));
    if (chosen.length > 0) console.log(`\n${family}`);
    for (const attack of chosen) {
      const verdict = await perform(attack, runtime, races);
      verdicts.set(attack.claim, verdict);
      const note = verdict.note.replaceAll(/\s+/g, ' ').slice(0, 160);
      console.log(`  ${SIGNS[verdict.kind].padEnd(8)}  ${attack.claim}\n            ${note}`);
    }
  }
  const [held, not, skipped] = (['held', 'breached', 'not applicable'] as const).map((kind) =>
    count(verdicts, kind),
  );
  console.log(`\n${held} held, ${not} not held, ${skipped} not applicable\n`);
  return { runtime, version, verdicts };
}

export function count(verdicts: ReadonlyMap<string, Verdict>, kind: Verdict['kind']): number {
  return [...verdicts.values()].filter((verdict) => verdict.kind === kind).length;
}
