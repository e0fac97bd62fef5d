import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { tsrun } from './tsrun.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsrun-cli-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('exit status and standard error', () => {
  test.each([
    [['nosuchcmd'], 3, "tsrun: No help topic for 'nosuchcmd'\n  hint: tsrun --help lists the commands\n"],
    [['creat'], 3, "tsrun: No help topic for 'creat'\n  hint: did you mean create?\n"],
    [['__proto__'], 3, expect.stringContaining("No help topic for '__proto__'")],
    [['--log-format', 'xml', 'list'], 1, 'tsrun: invalid log-format: xml\n  hint: use one of: text, json\n'],
    [['--roo', '/x', 'list'], 1, 'tsrun: unknown option --roo\n  hint: did you mean --root?\n'],
    [['--root', '/', 'state', 'x'], 1, expect.stringContaining('tsrun: invalid --root "/"')],
    [['create'], 1, expect.stringContaining('tsrun: "create" requires exactly 1 argument(s), got 0\n')],
    [['kill', 'c', 'FOO'], 1, expect.stringContaining('tsrun: unknown signal "FOO"\n')],
    [['exec', 'c'], 255, expect.stringContaining('tsrun: exec needs a command')],
    [['exec', '-u', '1000x', 'c', 'id'], 255, expect.stringContaining('tsrun: invalid user id "1000x"\n')],
    [
      [
        ...'restore --image-path /i --work-path /w --tcp-established --detach -no-subreaper'.split(' '),
        '--bundle',
        '/b',
        'c',
      ],
      1,
      expect.stringContaining('tsrun: restore is not supported by tsrun\n  hint: use runc or crun with CRIU'),
    ],
    [
      ['checkpoint', '--leave-running', '--image-path=/i', '--status-fd', '4', 'c'],
      1,
      expect.stringContaining('tsrun: checkpoint is not supported by tsrun\n'),
    ],
    [['exec', '--nosuch', 'c', 'id'], 1, expect.stringContaining('tsrun: unknown option --nosuch\n')],
    [
      ['--log', '/nonexistent/log', 'list'],
      1,
      expect.stringContaining(
        'tsrun: cannot open log file "/nonexistent/log": open: ENOENT (no such file or directory)\n',
      ),
    ],
  ])('%j', (args, status, stderr) => {
    expect(tsrun(args)).toEqual({ status, stdout: '', stderr });
  });
});

describe('the log file', () => {
  test('holds one object with the keys of runc, and more beside them', () => {
    const log = join(directory, 'one.json');
    const result = tsrun(['--log', log, '--log-format', 'json', 'creat']);
    expect(result.stderr).toContain("tsrun: No help topic for 'creat'\n");
    const text = readFileSync(log, 'utf8');
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      level: 'error',
      msg: "No help topic for 'creat'",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      code: 'usage',
      hint: 'did you mean create?',
    });
  });

  test('may be named as a file', () => {
    const log = join(directory, 'named.log');
    tsrun(['--log', `file:${log}`, 'creat']);
    expect(readFileSync(log, 'utf8')).toContain("No help topic for 'creat'");
  });

  test('is appended to', () => {
    const log = join(directory, 'append.log');
    writeFileSync(log, 'before\n');
    tsrun(['--log', log, 'creat']);
    tsrun(['--bogus', '--log', log, 'list']);
    expect(readFileSync(log, 'utf8').split('\n')).toEqual([
      'before',
      expect.stringMatching(
        /^time="[^"]+" level=error msg="No help topic for 'creat'" code=usage hint="did you mean create\?"$/,
      ),
      expect.stringMatching(/ level=error msg="unknown option --bogus" /),
      '',
    ]);
  });

  test('is there, and empty, when nothing was to be said', () => {
    const log = join(directory, 'quiet.log');
    expect(tsrun(['--log', log, '--version']).status).toBe(0);
    expect(readFileSync(log, 'utf8')).toBe('');
  });

  test('has debug records and stacks with --debug', () => {
    const log = join(directory, 'debug.json');
    const { status } = tsrun([
      '--debug',
      '--log',
      log,
      '--log-format=json',
      '--criu',
      'x',
      'spec',
      '--bundle',
      '/nonexistent',
    ]);
    expect(status).toBe(1);
    const [debug, error] = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(debug).toMatchObject({ level: 'debug', msg: '--criu is ignored', criu: 'x' });
    expect(error).toMatchObject({
      level: 'error',
      code: 'bundle',
      stack: expect.stringContaining('caused by: Error: ENOENT'),
    });
  });
});

describe('output', () => {
  test('the version begins as Docker expects it', () => {
    const { status, stdout, stderr } = tsrun(['--version']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^tsrun version \d+\.\d+\.\d+\ncommit: \w+\nspec: 1\.3\.0\n(libseccomp: 2[\d.]+\n)?(node|quickjs): [\d.]+\n$/,
    );
    expect(tsrun(['-v']).stdout).toBe(stdout);
  });

  test('without a command there is help', () => {
    const { status, stdout, stderr } = tsrun([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('tsrun create ');
  });

  test('nothing of the environment is needed', () => {
    expect(tsrun(['--version'], { env: { XDG_RUNTIME_DIR: '' } }).status).toBe(0);
  });
});

describe('spec', () => {
  test('writes a configuration, and never over another', () => {
    expect(tsrun(['spec'], { cwd: directory })).toMatchObject({ status: 0, stdout: '' });
    const written = readFileSync(join(directory, 'config.json'), 'utf8');
    expect(JSON.parse(written)).toMatchObject({
      ociVersion: expect.any(String),
      annotations: { 'org.tsrun.overlay': 'disk' },
    });
    const again = tsrun(['spec', '--rootless'], { cwd: directory });
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('config.json exists\n') });
    expect(readFileSync(join(directory, 'config.json'), 'utf8')).toBe(written);
  });
});
