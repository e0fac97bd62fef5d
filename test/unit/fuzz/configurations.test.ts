/**
 * Mutated configurations, up to the plan and the programs that a stub would get: nothing is executed. They end in a
 * plan or in an error of ours, soon.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { printPlan } from '../../../src/plan/print.ts';
import { loadConfig } from '../../../src/spec/load.ts';
import { locate } from '../../../src/spec/locate.ts';
import { stringifyJson } from '../../../src/spec/parse-json.ts';
import type { Config } from '../../../src/spec/types.ts';
import { corpus } from '../../fuzz/corpus.ts';
import { wrongEnd } from '../../fuzz/judge.ts';
import { mutated } from '../../fuzz/mutate.ts';
import { randomFrom, seedOfRun } from '../../fuzz/random.ts';
import { configSeeds } from '../../fuzz/seeds.ts';
import { hybrid } from '../cgroups/hosts.ts';
import { asOrdinaryUser, asRoot } from '../plan/fixture.ts';

const COUNT = process.env.TSRUN_LONG ? 75_000 : 1500;
/** Milliseconds for one. */
const PATIENCE = 5000;

const machines = [
  (config: Config) => asRoot(config, { cgroups: hybrid }),
  (config: Config) => asRoot(config),
  (config: Config) => asOrdinaryUser(config),
];

const folder = mkdtempSync(join(tmpdir(), 'tsrun-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the corpus itself is accepted', () => {
  for (const config of corpus) {
    const ends = machines.map((machine) => end(stringifyJson(config), [machine]));
    expect(ends.filter((thrown) => thrown === undefined).length, String(ends[0])).toBeGreaterThan(0);
  }
});

test('mutated configurations end in a plan or in a clear error', { timeout: 1_800_000 }, async () => {
  const first = seedOfRun();
  const seeds = [...configSeeds, ...Array.from({ length: COUNT }, (_, index) => first + index)];
  const counts = { accepted: 0, refused: 0 };
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const text = mutated(random.pick(corpus), random);
    const begin = performance.now();
    const thrown = end(text, [random.pick(machines)]);
    counts[thrown === undefined ? 'accepted' : 'refused'] += 1;
    const shown = thrown instanceof RuntimeError && seed % 20 === 0 ? await locate(thrown) : thrown;
    const took = performance.now() - begin;
    const wrong = wrongEnd(shown) ?? (took > PATIENCE ? `it took ${took} ms` : undefined);
    expect(wrong, `seed ${seed} (TSRUN_SEED=${seed}): ${text.slice(0, 3000)}`).toBeUndefined();
  }
  // Else the mutations reach nothing.
  expect(counts.accepted).toBeGreaterThan(COUNT / 50);
  expect(counts.refused).toBeGreaterThan(COUNT / 10);
});

/** What it throws. */
function end(text: string, where = machines): unknown {
  const file = join(folder, 'config.json');
  writeFileSync(file, text);
  try {
    const config = loadConfig(file);
    for (const plan of where) printPlan(plan(config));
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
