/** Mutated command lines: they are parsed, or refused as wrong usage. Nothing is executed. */
import { expect, test } from 'vitest';
import { commands } from '../../../src/cli/commands.ts';
import { globalOptions } from '../../../src/cli/global-options.ts';
import { readGlobals } from '../../../src/cli/globals.ts';
import { parseCommand } from '../../../src/cli/parse-command.ts';
import { wrongEnd } from '../../fuzz/judge.ts';
import { type Random, randomFrom, seedOfRun } from '../../fuzz/random.ts';
import { commandLineSeeds } from '../../fuzz/seeds.ts';

const COUNT = process.env.TSRUN_LONG ? 35_000 : 1000;

const options = [...globalOptions, ...commands.flatMap((command) => command.options)];

/** As engines write them. */
const valid: readonly (readonly string[])[] = [
  [
    '--root',
    '/run/x',
    '--log',
    '/tmp/log',
    '--log-format',
    'json',
    'create',
    '--bundle',
    '/b',
    '--pid-file',
    '/p',
    'id',
  ],
  [
    '--systemd-cgroup',
    '--debug',
    'run',
    '-d',
    '--console-socket=/s',
    '--preserve-fds',
    '3',
    '--no-pivot',
    'id',
  ],
  ['exec', '--process', '/p', '--detach', '--pid-file', '/p', 'id'],
  ['exec', '-u', '1:2', '-e', 'A=b', '--cap', 'CAP_KILL', '-t', '--cwd', '/', 'id', 'sh', '-c', 'x'],
  ['kill', '--all', 'id', 'SIGKILL'],
  ['delete', '--force', 'id'],
  ['list', '--format', 'json', '-q'],
  ['state', 'id'],
  ['spec', '--rootless', '--bundle', '/b'],
];

const odd = [
  '',
  '-',
  '--',
  '---',
  '=',
  '--=',
  '-=x',
  '--__proto__=1',
  '__proto__',
  '--constructor',
  '--a.b=1',
  '\n',
];
const values = [
  '',
  'x',
  '-1',
  '0',
  '1e9',
  '99999999999999999999',
  'true',
  'no',
  '1:2:3',
  '\u{0}',
  'é',
  'x'.repeat(9000),
];

function word(random: Random): string {
  const { name } = random.pick(options);
  const forms = [`--${name}`, `-${name}`, `--no-${name}`, `--${name}=${random.pick(values)}`, `-${name[0]}`];
  const kind = random.below(4);
  if (kind === 0) return random.pick(odd);
  if (kind === 1) return random.pick(values);
  return random.pick(forms);
}

function mutated(random: Random): string[] {
  const words = [...random.pick(valid)];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const place = random.below(words.length + 1);
    const kind = random.below(4);
    if (kind === 0) words.splice(place, 1);
    else if (kind === 1) words.splice(place, 1, word(random));
    else if (kind === 2) words.splice(place, 0, word(random));
    else words.splice(place, 0, words[random.below(words.length)] ?? '');
  }
  return words;
}

test('mutated command lines are parsed, or refused as wrong usage', { timeout: 600_000 }, async () => {
  const first = seedOfRun();
  const counts = { parsed: 0, refused: 0 };
  for (const seed of [...commandLineSeeds, ...Array.from({ length: COUNT }, (_, index) => first + index)]) {
    const words = mutated(randomFrom(seed));
    const thrown = await end(words);
    counts[thrown === undefined ? 'parsed' : 'refused'] += 1;
    const shown = `seed ${seed} (TSRUN_SEED=${seed}): ${JSON.stringify(words)}`;
    expect(wrongEnd(thrown), shown).toBeUndefined();
    if (thrown !== undefined) expect((thrown as { code: string }).code, shown).toBe('usage');
  }
  expect(Math.min(counts.parsed, counts.refused)).toBeGreaterThan(COUNT / 20);
});

/** What it throws. */
async function end(words: readonly string[]): Promise<unknown> {
  try {
    const { next } = readGlobals(words);
    if (next.kind === 'wrong') return next.error;
    if (next.kind !== 'command') return undefined;
    const [name, ...rest] = next.words;
    const command = commands.find((one) => one.name === name);
    if (command) await parseCommand(command, rest);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
