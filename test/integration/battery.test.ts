/** The attacks of test/battery, on the program under test. `npm run battery` performs them on any runtime. */
import { describe, expect, test } from 'vitest';
import { families } from '../battery/attacks.ts';
import { perform } from '../battery/perform.ts';
import { rounds } from '../setup/batteries.ts';
import { patience } from '../setup/patience.ts';
import { programUnderTest } from '../setup/rig.ts';

/** Containers made in each race; two commands for each, which may take a second on a busy machine. */
const ROUNDS = rounds({ sample: 15, all: 1000 });

describe.each(Object.entries(families))('%s:', (_, attacks) => {
  test.for(attacks)('$claim', { timeout: patience(60_000 + ROUNDS * 2000) }, async (attack, context) => {
    const verdict = await perform(attack, programUnderTest(), ROUNDS);
    context.skip(verdict.kind === 'not applicable', verdict.note);
    expect(verdict).toEqual({ kind: 'held', note: verdict.note });
  });
});
