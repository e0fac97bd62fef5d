/** The launcher's report, environment, arguments and table, seen by a program that it starts. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, writeLauncher } from '../../../scripts/build/launcher.ts';
import { execute } from '../../setup/execute.ts';

let folder: string;
let launcher: string;
let output: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-report-'));
  launcher = join(folder, 'launcher');
  output = join(folder, 'output');
  writeLauncher(launcher, [missing('nothing-here'), engine]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const engine: Engine = {
  executable: process.execPath,
  args: ['--no-warnings', { path: join(import.meta.dirname, 'report-probe.ts') }, 'first'],
  get env() {
    return { PROBE_OUTPUT: output, FIXED: 'yes' };
  },
};

const missing = (name: string): Engine => ({
  executable: join(folder, name),
  args: ['never'],
  env: { NEVER: '1' },
});

test('arguments: the table of the engine that started, then the caller’s', async () => {
  const seen = await start(`exec ${launcher} a 'b c' ''`);
  expect(seen.arguments).toEqual(['first', 'a', 'b c', '']);
});

test('the engine sees its own variables only, the program the caller’s', async () => {
  const seen = await start(`exec env -i A=1 EMPTY= PATH=/x TSRUN_CALLER=0 '@B=2' ${launcher}`);
  expect(seen.names.sort()).toEqual(['FIXED', 'PROBE_OUTPUT', 'TSRUN_CALLER']);
  expect(seen.environment).toEqual({ A: '1', EMPTY: '', PATH: '/x', TSRUN_CALLER: '0', '@B': '2' });
});

test('limits', async () => {
  const seen = await start(`ulimit -Sn 123; ulimit -Hn 456; exec ${launcher}`);
  expect(seen.report.nofile).toEqual({ soft: '123', hard: '456' });
});

test('signals', async () => {
  const seen = await start(`trap '' HUP USR1 TERM; exec ${launcher}`);
  expect(BigInt(seen.report.ignoredSignals)).toBe(bits(1, 10, 15));
  expect(seen.report.blockedSignals).toBe('0');
});

test('what engines cannot live with is reported and undone', async () => {
  const seen = await start(
    `trap '' HUP CHLD PWR; exec env --block-signal=INT --block-signal=CHLD ${launcher}`,
  );
  expect(BigInt(seen.report.ignoredSignals)).toBe(bits(1, 17, 30));
  expect(BigInt(seen.report.blockedSignals)).toBe(bits(2, 17));
  expect(seen.ignored & bits(17, 30)).toBe(0n);
  expect(seen.blocked).toBe(0n);
});

describe('descriptors', () => {
  test.each([
    ['', [], [0, 1, 2]],
    ['0<&-', [0], [1, 2]],
    ['1>&-', [1], [0, 2]],
    ['0<&- 2>&-', [0, 2], [1]],
    ['0<&- 1>&- 2>&-', [0, 1, 2], []],
    ['5</dev/null 63</dev/null', [], [0, 1, 2, 5, 63]],
  ])('with "%s"', async (redirections, closed, open) => {
    const seen = await start(`exec ${launcher} ${redirections}`);
    expect(seen.report.closedStdio).toEqual(closed);
    expect(BigInt(seen.report.openDescriptors) & 0x8000_0000_0000_00ffn).toBe(
      bits(...open.map((fd) => fd + 1)),
    );
  });
});

test('a deleted working directory is left and reported', async () => {
  const gone = join(folder, 'gone');
  const seen = await start(`mkdir ${gone} && cd ${gone} && rmdir ${gone} && exec ${launcher}`);
  expect(seen).toMatchObject({ cwd: '/', report: { cwdDeleted: true } });
  expect(await start(`cd / && exec ${launcher}`)).toMatchObject({ cwd: '/', report: { cwdDeleted: false } });
});

test('large arguments and environment arrive whole', async () => {
  const seen = await start(
    `x=$(head -c 100000 /dev/zero | tr '\\0' a)
     for i in $(seq 9); do export V$i=$x; done
     exec ${launcher} $x $x $x $x $x $(seq 1000)`,
  );
  expect(seen.bytes).toBeGreaterThan(900_000);
  expect(seen.arguments).toHaveLength(1 + 5 + 1000);
  expect(seen.arguments[5]).toHaveLength(100_000);
});

test('without the launcher there is no report, and the environment is the process’s own', async () => {
  const probe = join(import.meta.dirname, 'report-probe.ts');
  const seen = await start(`exec env -i PROBE_OUTPUT=${output} A=1 ${process.execPath} ${probe}`);
  expect(seen.report).toBeUndefined();
  expect(seen.environment).toMatchObject({ A: '1' });
});

test('every engine that could not be executed is named', async () => {
  const alone = join(folder, 'alone');
  const file = join(folder, 'not-executable');
  writeFileSync(file, '');
  symlinkSync(alone, join(folder, 'link'));
  writeLauncher(alone, [missing('nothing-here'), missing('not-executable')]);
  const result = await execute(join(folder, 'link'), []);
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toBe(
    `tsrun: cannot start an engine: cannot execute ${folder}/nothing-here (errno 2), ${file} (errno 13); ` +
      'install tsrun again, or in its sources run `npm run build`\n',
  );
});

interface Seen {
  readonly report: {
    readonly nofile: { readonly soft: string; readonly hard: string };
    readonly blockedSignals: string;
    readonly ignoredSignals: string;
    readonly openDescriptors: string;
    readonly closedStdio: readonly number[];
    readonly cwdDeleted: boolean;
  };
  readonly environment: Readonly<Record<string, string>>;
  readonly names: string[];
  readonly bytes: number;
  readonly arguments: readonly string[];
  readonly cwd: string;
  /** From /proc/self/status. */
  readonly ignored: bigint;
  readonly blocked: bigint;
}

async function start(script: string): Promise<Seen> {
  rmSync(output, { force: true });
  const result = await execute('/bin/bash', ['--norc', '-c', script]);
  expect(result).toMatchObject({ code: 0 });
  const seen = JSON.parse(readFileSync(output, 'utf8'));
  const mask = (name: string) => BigInt(`0x${new RegExp(`${name}:\\s*(\\w+)`).exec(seen.status)?.[1]}`);
  return { ...seen, ignored: mask('SigIgn'), blocked: mask('SigBlk') };
}

/** Signal n is bit n - 1. */
function bits(...numbers: readonly number[]): bigint {
  return numbers.reduce((mask, number) => mask | (1n << BigInt(number - 1)), 0n);
}
