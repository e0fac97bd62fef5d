/**
 * `npm run battery -- --runtime PATH [--races N] [--only TEXT] [--json FILE]`: performs the attacks of test/battery
 * on a runtime that has runc's command line, as whoever calls it. The status is 0 when it held against all of them.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Verdict } from '../test/battery/attack.ts';
import { families } from '../test/battery/attacks.ts';
import { perform } from '../test/battery/perform.ts';
import { inRoot } from './build/paths.ts';

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: inRoot('bin/tsrun') },
    races: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});
const signs = { held: 'held', breached: 'NOT HELD', 'not applicable': 'n/a' } as const;

const runtime = resolve(values.runtime);
const version = spawnSync(runtime, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
console.log(`${runtime}: ${version}`);
const verdicts: Record<string, Verdict> = {};
for (const [family, attacks] of Object.entries(families)) {
  const chosen = attacks.filter(({ claim }) => `${family} ${claim}`.includes(values.only));
  if (chosen.length > 0) console.log(`\n${family}`);
  for (const attack of chosen) {
    const begin = Date.now();
    const verdict = await perform(attack, runtime, Number(values.races));
    verdicts[attack.claim] = verdict;
    console.log(
      `  ${signs[verdict.kind].padEnd(8)}  ${attack.claim}\n            ${verdict.note.trim().slice(0, 160)} (${Date.now() - begin} ms)`,
    );
  }
}
const count = (kind: Verdict['kind']) => Object.values(verdicts).filter((one) => one.kind === kind).length;
console.log(
  `\n${count('held')} held, ${count('breached')} not held, ${count('not applicable')} not applicable`,
);
if (values.json !== undefined)
  writeFileSync(values.json, JSON.stringify({ version, verdicts }, undefined, 2));
process.exitCode = count('breached') === 0 ? 0 : 1;
