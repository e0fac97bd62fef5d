/**
 * What a caller can do to a command that is on its way: names, directories, variables, descriptors, limits, signals.
 * docs/platforms.md has what Node, or the shell that starts it, obeys all the same.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { execute, type Result } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { programUnderTest } from '../setup/rig.ts';

const tsrun = programUnderTest();
const onNode = process.env.TSRUN_JS_RUNTIME === 'node';
const probe = ['--version'];
let folder: string;
let expected: Result;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-caller-'));
  expected = await execute(tsrun, probe, { env: {} });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('works in an empty environment', () => {
  expect(expected).toMatchObject({ code: 0, stderr: '' });
  expect(expected.stdout).toMatch(/^tsrun version /);
});

test('opens no file on its way to the first line of JavaScript', async (context) => {
  notOnNode(context);
  need(context, 'strace');
  const trace = join(folder, 'trace');
  const options = ['-f', '-o', trace, '-e', 'trace=%file'];
  const env = { TZ: ':/etc/localtime', LD_LIBRARY_PATH: '/lib', LC_ALL: 'C.UTF-8', LANGUAGE: 'de' };
  expect(await execute('strace', [...options, tsrun, ...probe], { env })).toEqual(expected);
  const { stdout } = spawnSync('grep', ['-oE', '[a-z0-9_]+\\("[^"]*"', trace], { encoding: 'utf8' });
  // The C library asks for its own name.
  expect(stdout.replace(/^readlink\("\/proc\/self\/exe"\n/m, '')).toBe(`execve("${tsrun}"\n`);
});

describe('a hostile working directory changes nothing', () => {
  const evil = "require('node:fs').writeSync(1, 'EVIL'); process.exit(66);";
  const files: Readonly<Record<string, string>> = {
    '.env': 'NODE_OPTIONS=--require=./evil.cjs\n',
    '.noderc': '--require=./evil.cjs\n',
    'package.json': '{"type": "commonjs", "main": "evil.cjs", "imports": {"#x": "./evil.cjs"}}',
    'node.config.json': '{"nodeOptions": {"import": ["./evil.cjs"]}}',
    'tsconfig.json': '{"compilerOptions": {"paths": {"*": ["./evil.cjs"]}}}',
    'index.js': evil,
    'tsrun.js': evil,
    'evil.cjs': evil,
  };

  test.each(['working directory', 'working directory and HOME'])('as %s', async (where) => {
    const cwd = mkdtempSync(join(folder, 'hostile-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const env: Record<string, string> = where.endsWith('HOME') ? { HOME: cwd, XDG_CONFIG_HOME: cwd } : {};
    expect(await execute(tsrun, probe, { cwd, env })).toEqual(expected);
  });
});

describe('no variable changes what is executed', () => {
  const harmlessOnNode = [
    ['NODE_OPTIONS', '--require=EVIL'],
    ['NODE_PATH', 'FOLDER'],
    ['NODE_REDIRECT_WARNINGS', 'FOLDER/warnings'],
    ['NODE_V8_COVERAGE', 'FOLDER'],
    ['NODE_EXTRA_CA_CERTS', 'EVIL'],
    ['GLIBC_TUNABLES', 'glibc.malloc.check=3:glibc.cpu.x86_ibt=off'],
    ['MALLOC_ARENA_MAX', '1'],
    ['MALLOC_CHECK_', '3'],
    ['MALLOC_PERTURB_', '255'],
    ['LC_ALL', 'xx_XX.UTF-8'],
    ['GCONV_PATH', 'FOLDER'],
    ['LOCPATH', 'FOLDER'],
    ['TZ', ':EVIL'],
    ['__proto__', 'x'],
  ];
  const obeyedByNode = [
    ['NODE_DEBUG', 'module,fs'],
    ['NODE_COMPILE_CACHE', 'FOLDER'],
    ['LD_PRELOAD', 'EVIL'],
    ['LD_AUDIT', 'EVIL'],
    ['LD_LIBRARY_PATH', 'FOLDER'],
    ['LD_DEBUG', 'all'],
    ['LD_PROFILE', 'tsrun'],
  ];

  test.each(onNode ? harmlessOnNode : [...harmlessOnNode, ...obeyedByNode])('%s', async (name, template) => {
    const cwd = mkdtempSync(join(folder, 'variable-'));
    const evil = join(cwd, 'evil.cjs');
    writeFileSync(evil, "require('node:fs').writeSync(1, 'EVIL'); process.exit(66);");
    const value = (template as string).replaceAll('EVIL', evil).replaceAll('FOLDER', cwd);
    expect(await viaEnv([`${name}=${value}`], cwd)).toEqual(expected);
    // Nothing was written either: no coverage, no cache, no report.
    expect(spawnSync('ls', ['-A', cwd], { encoding: 'utf8' }).stdout).toBe('evil.cjs\n');
  });

  test('with a value that is not UTF-8', async () => {
    expect(await shell(`exec env -i $'V=\\xff\\xfe' $'\\xc3=x' ${tsrun} --version`)).toEqual(expected);
  });
});

test('reads arguments that are not UTF-8, and loses nothing but what is malformed', async () => {
  const result = await shell(`exec ${tsrun} --root ${folder} state $'\\xe2\\x82(\\xffb'`);
  expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('\uFFFD(\uFFFDb') });
});

describe('every way to call it finds the program', () => {
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
    const env = { PATH: `${bin}:/usr/bin` };
    expect(await execute('/bin/sh', ['-c', 'exec tsrun --version'], { env })).toEqual(expected);
  });

  test('through a relative path', async () => {
    const cwd = dirname(dirname(tsrun));
    expect(await execute(relative(cwd, tsrun), probe, { env: {}, cwd })).toEqual(expected);
  });

  test('with another name, or none', async () => {
    for (const name of ['node', 'qjs', '-x', '']) {
      const result = await shell(`exec -a '${name}' ${tsrun} --version`);
      expect(result).toEqual(expected);
    }
  });

  test('as a copy, on its own', async (context) => {
    notOnNode(context);
    const copy = join(folder, 'lonely', 'other-name');
    mkdirSync(dirname(copy));
    copyFileSync(tsrun, copy);
    expect(await execute(copy, probe, { env: {} })).toEqual(expected);
  });

  test('without /proc', async (context) => {
    context.skip(process.getuid?.() !== 0, 'needs root');
    const hidden = 'mount -t tmpfs none /proc && exec "$0" --version';
    expect(await execute('unshare', ['--mount', 'sh', '-c', hidden, tsrun], {})).toEqual(expected);
  });
});

test('works in a deleted directory', async (context) => {
  notOnNode(context);
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

/** What is opened gets the lowest number that is free, and a message for standard error must not go there. */
test('writes no message into a file that has the number of a closed stream', async () => {
  const logOf = async (closed: string) => {
    const log = join(folder, `log of ${closed}`);
    await shell(`exec ${tsrun} --log '${log}' --log-format json --root ${folder} state first ${closed}`);
    return readFileSync(log, 'utf8').replace(/"time":"[^"]*"/g, '');
  };
  const whole = await logOf('');
  expect(whole).toMatch(/^\{.*does not exist.*\}\n$/);
  for (const closed of ['2>&-', '1>&- 2>&-', '0<&- 1>&- 2>&-']) expect(await logOf(closed)).toBe(whole);
});

test('works with few open files allowed', async () => {
  expect(await shell(`ulimit -n 64; exec ${tsrun} --version`)).toEqual(expected);
  if (!onNode) expect(await shell(`ulimit -n 3; exec ${tsrun} --version`)).toEqual(expected);
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

  test('a variable that is as long as the kernel allows', async () => {
    const long = 'x=$(head -c 131069 /dev/zero | tr "\\0" a)';
    expect(await shell(`${long}; exec env -i "V=$x" ${tsrun} --version`)).toEqual(expected);
  });

  test('a small stack', async (context) => {
    notOnNode(context);
    expect(await shell(`ulimit -s 256; exec ${tsrun} --version`)).toEqual(expected);
  });
});

function notOnNode(context: TestContext): void {
  context.skip(onNode, 'Node, or the shell that starts it, does otherwise: docs/platforms.md');
}

function shell(script: string, env: Readonly<Record<string, string>> = {}): Promise<Result> {
  return execute('/bin/bash', ['--norc', '-c', script], { env: { PATH: '/usr/bin:/bin', ...env } });
}

/** Sets variables in a way that reaches exec unchanged. */
function viaEnv(variables: readonly string[], cwd: string): Promise<Result> {
  return execute('/usr/bin/env', ['-i', ...variables, tsrun, ...probe], { cwd, env: {} });
}
