import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/cli/command.ts';
import { findCommand } from '../../../src/cli/commands.ts';
import { globalTable } from '../../../src/cli/global-options.ts';
import { readGlobals } from '../../../src/cli/globals.ts';
import { parse } from '../../../src/cli/parse.ts';
import { parseCommand } from '../../../src/cli/parse-command.ts';

function command(name: string): Command {
  const found = findCommand(name);
  if (found === undefined) throw new Error(`no command ${name}`);
  return found;
}

/** Splits at blanks and parses as the program does. */
async function parseLine(line: string) {
  const globals = readGlobals(line.split(' '));
  if (globals.next.kind !== 'command') throw new Error(`no command in: ${line}`);
  const [name = '', ...words] = globals.next.words;
  const parsed = await parseCommand(command(name), words);
  if (parsed === 'help') throw new Error('help');
  return { globals: globals.options, name, ...parsed };
}

/** Lines that engines really write, engines.md §1, 3, 4, 5. */
const engineLines: [line: string, expected: object][] = [
  [
    '--root /r/default --debug --log /b/log.json --log-format json --systemd-cgroup --rootless=true create --bundle /b --pid-file /b/init.pid --console-socket /s --no-pivot --no-new-keyring --preserve-fds 2 c1',
    {
      globals: {
        root: '/r/default',
        debug: true,
        log: '/b/log.json',
        'log-format': 'json',
        'systemd-cgroup': true,
        rootless: 'true',
      },
      name: 'create',
      options: {
        bundle: '/b',
        'pid-file': '/b/init.pid',
        'console-socket': '/s',
        'no-pivot': true,
        'no-new-keyring': true,
        'preserve-fds': 2,
      },
      args: ['c1'],
    },
  ],
  ['--root /r start c1', { name: 'start', args: ['c1'] }],
  ['delete --force c1', { name: 'delete', options: { force: true }, args: ['c1'] }],
  ['kill --all c1 9', { name: 'kill', options: { all: true }, args: ['c1', '9'] }],
  ['kill c1 15', { name: 'kill', options: {}, args: ['c1', '15'] }],
  [
    'exec --process /run/runc-process123 --console-socket /s --detach --pid-file /p c1',
    {
      name: 'exec',
      options: { process: '/run/runc-process123', 'console-socket': '/s', detach: true, 'pid-file': '/p' },
      args: ['c1'],
    },
  ],
  ['state c1', { name: 'state', args: ['c1'] }],
  ['list --format=json', { name: 'list', options: { format: 'json' } }],
  [
    'run --detach -no-subreaper --bundle /b --pid-file /p c1',
    { options: { 'no-subreaper': true, detach: true } },
  ],
  [
    '--systemd-cgroup --log-format=json --log --runtime-arg create --bundle /b --pid-file /p --no-new-keyring c1',
    { globals: { 'systemd-cgroup': true, 'log-format': 'json', log: '--runtime-arg' } },
  ],
  [
    '-s --cgroup-manager disabled create -b /b c1',
    { globals: { 'systemd-cgroup': true, 'cgroup-manager': 'disabled' } },
  ],
  [
    '--root=/r --systemd-cgroup create --bundle /b --pid-file /p --console-socket=/s c1',
    { globals: { root: '/r' }, options: { 'console-socket': '/s' } },
  ],
  [
    'exec -d --console-socket=/s --tty --pid-file=/p c1 sh -c true',
    { options: { detach: true, tty: true }, args: ['c1', 'sh', '-c', 'true'] },
  ],
  ['exec --process /p c1', { options: { process: '/p' }, args: ['c1'] }],
];

describe('lines that engines write', () => {
  test.each(engineLines)('%s', async (line, expected) => {
    expect(await parseLine(line)).toMatchObject(expected);
  });
});

describe('spellings', () => {
  test.each([
    ['run c', { bundle: '.' }],
    ['create -b /v c', { bundle: '/v' }],
    ['create -b=/v c', { bundle: '/v' }],
    ['create --bundle=/v c', { bundle: '/v' }],
    ['create -bundle /v c', { bundle: '/v' }],
    ['create c --bundle /v', { bundle: '/v' }],
    ['create --bundle /1 --bundle /2 c', { bundle: '/2' }],
    ['create --bundle= c', { bundle: '' }],
    ['create --pid-file -x c', { bundle: '.', 'pid-file': '-x' }],
    ['exec -t=false c sh', { tty: false }],
    ['exec --tty=T c sh', { tty: true }],
    ['exec -td c sh', { tty: true, detach: true }],
    [
      'exec -td --tty=F -cwd -x --env="A" -e -B c sh',
      { tty: false, detach: true, cwd: '-x', env: ['"A"', '-B'] },
    ],
    ['exec -te A=1 -u 0 c sh', { tty: true, env: ['A=1'], user: '0' }],
    ['exec -e A=1 -e B=2=3 --env C c sh', { env: ['A=1', 'B=2=3', 'C'] }],
    ['exec -c CAP_KILL -c CAP_CHOWN c sh', { cap: ['CAP_KILL', 'CAP_CHOWN'] }],
    [
      'exec -td -e A=1 -e B=2 --preserve-fds 3 c sh',
      { tty: true, detach: true, env: ['A=1', 'B=2'], 'preserve-fds': 3 },
    ],
  ])('%s', async (line, options) => {
    expect((await parseLine(line)).options).toEqual(options);
  });

  test.each([
    ['kill c', ['c', 'SIGTERM']],
    ['completion', ['bash']],
    ['ps c', ['c']],
  ])('defaults of arguments: %s', async (line, args) => {
    expect((await parseLine(line)).args).toEqual(args);
  });

  test('what follows the first argument of exec is the command, whatever it looks like', async () => {
    const { args, options } = await parseLine('exec -t c1 ls -t --help --log x -- -e');
    expect(args).toEqual(['c1', 'ls', '-t', '--help', '--log', 'x', '--', '-e']);
    expect(options).toEqual({ tty: true });
  });

  test('grouped letters before the command of exec leave the command alone', async () => {
    const { args } = await parseLine('exec -td c1 ls -la --color=no');
    expect(args).toEqual(['c1', 'ls', '-la', '--color=no']);
  });

  test('two dashes end the options', async () => {
    expect((await parseLine('state -- --odd')).args).toEqual(['--odd']);
  });

  test.each(['--help', '-h', '-help'])('%s asks for help', async (word) => {
    expect(await parseCommand(command('create'), [word])).toBe('help');
  });

  test('help in grouped letters', async () => {
    expect(await parseCommand(command('exec'), ['-th', 'x'])).toBe('help');
  });
});

describe('wrong lines', () => {
  test.each([
    [
      'create',
      '"create" requires exactly 1 argument(s), got 0',
      'usage: tsrun create [options] <container-id>',
    ],
    [
      'create a b',
      '"create" requires exactly 1 argument(s), got 2',
      'usage: tsrun create [options] <container-id>',
    ],
    [
      'kill',
      '"kill" requires a minimum of 1 argument(s), got 0',
      'usage: tsrun kill [options] <container-id> [signal]',
    ],
    ['kill a 9 b', '"kill" requires a maximum of 2 argument(s), got 3', expect.any(String)],
    ['create --bundel /b c', 'unknown option --bundel', 'did you mean --bundle?'],
    ['create -bundel /b c', 'unknown option -bundel', 'did you mean --bundle?'],
    ['create --xyzzy c', 'unknown option --xyzzy', 'see tsrun create --help'],
    ['create --log /l c', 'unknown option --log', '--log stands before the command: tsrun --log … create'],
    ['create c --bundle', 'option --bundle needs a value', expect.any(String)],
    ['create --preserve-fds -1 c', 'invalid value "-1" for --preserve-fds', expect.any(String)],
    ['create --preserve-fds 1e3 c', 'invalid value "1e3" for --preserve-fds', expect.any(String)],
    ['create --no-pivot=maybe c', 'invalid value "maybe" for --no-pivot', 'use true or false'],
    ['completion fish', 'invalid shell: fish', 'use one of: bash, zsh'],
    ['list -f yaml', 'invalid format: yaml', 'use one of: table, json'],
    ['exec -v c sh', 'unknown option -v', expect.any(String)],
    ['exec -tx c sh', 'unknown option -tx', expect.any(String)],
  ])('%s', async (line, message, hint) => {
    await expect(parseLine(line)).rejects.toMatchObject({ code: 'usage', message, details: { hint } });
  });
});

describe('global options', () => {
  test('an error after --log still finds the log', () => {
    const { options, next } = readGlobals(['--bogus', '--log', '/l', '--log-format=json', 'list']);
    expect(next).toEqual({ kind: 'unusual', token: '--bogus' });
    expect(options).toMatchObject({ log: '/l', 'log-format': 'json' });
  });

  test("a command's own words are not taken for the log", () => {
    expect(readGlobals(['--bogus', 'exec', 'c', 'prog', '--log', '/l']).options).toEqual(
      globalTable.defaults,
    );
  });

  test.each([
    ['--version', 'version'],
    ['-v', 'version'],
    ['-h', 'help'],
  ])('%s', (word, kind) => {
    expect(readGlobals([word]).next).toEqual({ kind });
  });

  test('a wrong value is kept for later', () => {
    const { next } = readGlobals(['--log-format', 'xml', 'list']);
    expect(next).toMatchObject({ kind: 'wrong', error: { message: 'invalid log-format: xml' } });
  });
});

test('the common case takes a fraction of a millisecond', async () => {
  const { table } = command('create');
  const words = '--bundle /b --pid-file /b/init.pid --console-socket=/s --no-new-keyring c1'.split(' ');
  const start = process.cpuUsage();
  for (let i = 0; i < 1000; i++) parse(words, table, false);
  // Processor time, in microseconds: others may be at work on this machine.
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(100);
});
