/** Nothing of the caller reaches the engine by name, and what the engine changes is known (src/launcher/). */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execute, type Result } from '../setup/execute.ts';
import { programUnderTest } from '../setup/rig.ts';

const tsrun = programUnderTest();
const probe = ['--version'];
let folder: string;
let expected: Result;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-launcher-'));
  expected = await execute(tsrun, probe, { env: {} });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('works in an empty environment', () => {
  expect(expected).toMatchObject({ code: 0, stderr: '' });
  expect(expected.stdout).toMatch(/^tsrun version /);
});

describe('a hostile working directory changes nothing', () => {
  const evil = "require('node:fs').writeSync(1, 'EVIL'); process.exit(66);";
  const files: Readonly<Record<string, string>> = {
    'bunfig.toml': 'preload = ["./evil.cjs"]\n[run]\npreload = ["./evil.cjs"]\n',
    '.env': 'NODE_OPTIONS=--require=./evil.cjs\nBUN_OPTIONS=--preload=./evil.cjs\n',
    'package.json': '{"type": "commonjs", "main": "evil.cjs", "imports": {"#x": "./evil.cjs"}}',
    'node.config.json': '{"nodeOptions": {"import": ["./evil.cjs"]}}',
    'tsconfig.json': '{"compilerOptions": {"paths": {"*": ["./evil.cjs"]}}}',
    'index.js': evil,
    'evil.cjs': evil,
  };

  test.each(['working directory', 'working directory and HOME'])('as %s', async (where) => {
    const cwd = mkdtempSync(join(folder, 'hostile-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    writeFileSync(join(cwd, '.bunfig.toml'), files['bunfig.toml'] ?? '');
    const env: Record<string, string> = where.endsWith('HOME') ? { HOME: cwd, XDG_CONFIG_HOME: cwd } : {};
    expect(await execute(tsrun, probe, { cwd, env })).toEqual(expected);
  });
});

describe('no variable of the caller reaches the engine', () => {
  test.each([
    ['BUN_OPTIONS', '--preload=EVIL'],
    ['BUN_BE_BUN', '1'],
    ['BUN_INSPECT', '127.0.0.1:0'],
    ['BUN_INSPECT_PRELOAD', 'EVIL'],
    ['BUN_JSC_validateOptions', '1'],
    ['BUN_JSC_dumpOptions', '3'],
    ['NODE_OPTIONS', '--require=EVIL'],
    ['NODE_PATH', 'FOLDER'],
    ['NODE_EXTRA_CA_CERTS', 'EVIL'],
    ['NODE_DEBUG', 'module,fs'],
    ['NODE_V8_COVERAGE', 'FOLDER'],
    ['NODE_COMPILE_CACHE', 'FOLDER'],
    ['NODE_REDIRECT_WARNINGS', 'FOLDER/warnings'],
    ['LD_PRELOAD', 'EVIL'],
    ['LD_LIBRARY_PATH', 'FOLDER'],
    ['LD_DEBUG', 'all'],
    ['GLIBC_TUNABLES', 'glibc.malloc.check=3:glibc.cpu.x86_ibt=off'],
    ['MALLOC_ARENA_MAX', '1'],
    ['MALLOC_PERTURB_', '255'],
    ['MIMALLOC_VERBOSE', '1'],
    ['TSRUN_CALLER', 'ffffffffffffffffffffffffffffffff'],
    ['__proto__', 'x'],
  ])('%s', async (name, template) => {
    const cwd = mkdtempSync(join(folder, 'variable-'));
    const evil = join(cwd, 'evil.cjs');
    writeFileSync(evil, "require('node:fs').writeSync(1, 'EVIL'); process.exit(66);");
    const value = template.replaceAll('EVIL', evil).replaceAll('FOLDER', cwd);
    expect(await viaEnv([`${name}=${value}`], cwd)).toEqual(expected);
    // Nothing was written either: no coverage, no cache, no report.
    expect(spawnSync('ls', ['-A', cwd], { encoding: 'utf8' }).stdout).toBe('evil.cjs\n');
  });
});

describe('every way to call it finds the engine', () => {
  test('through a symbolic link, from anywhere', async () => {
    const link = join(folder, 'link');
    symlinkSync(tsrun, link);
    expect(await execute(link, probe, { env: {}, cwd: '/' })).toEqual(expected);
  });

  test('through a chain of relative links', async () => {
    const bin = join(folder, 'one', 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(relative(bin, tsrun), join(bin, 'first'));
    symlinkSync('first', join(bin, 'second'));
    expect(await execute('./second', probe, { env: {}, cwd: bin })).toEqual(expected);
  });

  test('through PATH', async () => {
    const bin = join(folder, 'path');
    mkdirSync(bin);
    symlinkSync(tsrun, join(bin, 'tsrun'));
    expect(await execute('/bin/sh', ['-c', 'exec tsrun --version'], { env: { PATH: bin } })).toEqual(
      expected,
    );
  });

  test('through a relative path', async () => {
    const cwd = dirname(dirname(tsrun));
    expect(await execute(relative(cwd, tsrun), probe, { env: {}, cwd })).toEqual(expected);
  });

  test('with another name, or none', async () => {
    for (const name of ['node', 'bunx', '-x', '']) {
      const result = await shell(`exec -a '${name}' ${tsrun} --version`);
      expect(result).toEqual(expected);
    }
  });
});

test('works in a deleted directory', async () => {
  const gone = join(folder, 'gone');
  expect(await shell(`mkdir ${gone} && cd ${gone} && rmdir ${gone} && exec ${tsrun} --version`)).toEqual(
    expected,
  );
});

test('works with standard streams closed, and writes where it should', async () => {
  for (const closed of ['0<&-', '2>&-', '0<&- 2>&-']) {
    expect(await shell(`exec ${tsrun} --version ${closed}`)).toEqual(expected);
  }
  const silent = await shell(`exec ${tsrun} --version 0<&- 1>&- 2>&-`);
  expect(silent).toMatchObject({ stdout: '', stderr: '', signal: null });
});

test('works with few open files allowed', async () => {
  expect(await shell(`ulimit -n 64; exec ${tsrun} --version`)).toEqual(expected);
});

test('works with signals ignored and blocked', async () => {
  const blocked = 'env --block-signal=CHLD --block-signal=TERM --block-signal=USR1 --block-signal=PWR';
  expect(
    await shell(`trap '' HUP INT QUIT USR1 USR2 PIPE CHLD TERM PWR; exec ${blocked} ${tsrun} --version`),
  ).toEqual(expected);
});

describe('long arguments and environments', () => {
  test('2 MiB of environment', async () => {
    const result = await shell(`ulimit -s unlimited; eval "$MANY"; exec ${tsrun} --version`, {
      // 20 variables of 100,000 bytes.
      MANY: 'x=$(head -c 100000 /dev/zero | tr "\\\\0" a); for i in $(seq 20); do export "V$i=$x"; done',
    });
    expect(result).toEqual(expected);
  });

  test('a variable that is as long as the kernel allows leaves a clear message', async () => {
    const result = await shell(
      `x=$(head -c 131069 /dev/zero | tr "\\0" a); exec env -i "V=$x" ${tsrun} --version`,
    );
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^tsrun: cannot start an engine: .*errno 7.*too long\n$/);
  });
});

test('says what to do when no engine is there', async () => {
  const copy = join(folder, 'lonely', 'tsrun');
  mkdirSync(dirname(copy));
  spawnSync('cp', [tsrun, copy]);
  chmodSync(copy, 0o755);
  const result = await execute(copy, probe, { env: {} });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toMatch(
    /^tsrun: cannot start an engine: cannot execute \S+ \(errno 2\); install tsrun again, or in its sources run `npm run build`\n$/,
  );
});

function shell(script: string, env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return execute('/bin/bash', ['--norc', '-c', script], { env: { PATH: '/usr/bin:/bin', ...env } });
}

/** Sets variables in a way that reaches exec unchanged. */
function viaEnv(variables: readonly string[], cwd: string): Promise<Result> {
  return execute('/usr/bin/env', ['-i', ...variables, tsrun, ...probe], { cwd, env: {} });
}
