import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { asRuntimeError, errorText } from '../../../src/log/error-report.ts';
import { Logger, type LogSettings } from '../../../src/log/logger.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsrun-log-'));
let stderr = '';
beforeEach(() => {
  stderr = '';
});
vi.mock('../../../src/log/write-all.ts', () => ({
  writeAll(fd: number, text: string) {
    if (fd === 2) stderr += text;
    else writeSync(fd, text);
  },
  writeFully: (fd: number, text: string) => void writeSync(fd, text),
}));

afterAll(() => rmSync(directory, { recursive: true }));

/** What `use` leaves in a log file. */
function logged(settings: Partial<LogSettings>, use: (logger: Logger) => void): string {
  const path = join(directory, 'log');
  const fd = openSync(path, 'w');
  try {
    use(new Logger({ fd, format: 'json', level: 'warning', debug: false, ...settings }));
  } finally {
    closeSync(fd);
  }
  return readFileSync(path, 'utf8');
}

test('warnings of a command that succeeded are records', () => {
  const text = logged({}, (logger) => {
    logger.warning('capability dropped', { hint: 'leave it out', pointer: '/process' });
    logger.debug('not seen');
    logger.succeed();
  });
  expect(JSON.parse(text)).toEqual({
    level: 'warning',
    msg: 'capability dropped',
    time: expect.any(String),
    hint: 'leave it out',
    pointer: '/process',
  });
});

test('warnings of a command that failed are inside the one record of its error', () => {
  const text = logged({}, (logger) => {
    logger.warning('first');
    logger.warning('second', { hint: 'h' });
    logger.fail(new RuntimeError('not-found', 'container does not exist', { errno: 'ENOENT' }));
  });
  expect(JSON.parse(text)).toEqual({
    level: 'error',
    msg: 'container does not exist',
    time: expect.any(String),
    code: 'not-found',
    errno: 'ENOENT',
    warnings: [{ message: 'first' }, { message: 'second', hint: 'h' }],
  });
});

test('records have the level and the time first and the message last, and keep every number', () => {
  const loop: { self?: object } = {};
  loop.self = loop;
  const fields = { big: 2n ** 64n, list: [1n], loop, nothing: undefined, share: '100% %s' };
  const write = (logger: Logger) => {
    logger.warning('all of 50% %d', fields);
    logger.succeed();
  };
  const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;
  expect(logged({}, write).replace(time, 'T')).toBe(
    '{"level":"warning","time":"T","big":18446744073709551616,"list":[1],"loop":{"self":"[Circular]"},' +
      '"share":"100% %s","msg":"all of 50% %d"}\n',
  );
  expect(logged({ format: 'text' }, write).replace(time, 'T')).toBe(
    'time="T" level=warning msg="all of 50% %d" big=18446744073709551616 list="[1]" ' +
      'loop="{\\"self\\":\\"[Circular]\\"}" share="100% %s"\n',
  );
});

test('with --log-level error there are no warnings', () => {
  expect(
    logged({ level: 'error' }, (logger) => {
      logger.warning('w');
      logger.succeed();
    }),
  ).toBe('');
});

test('fields cannot take the place of the keys that engines read', () => {
  const text = logged({}, (logger) => {
    logger.warning('w', { level: 'error', msg: 'x', time: 0 });
    logger.succeed();
  });
  expect(JSON.parse(text)).toMatchObject({ level: 'warning', msg: 'w', time: expect.stringContaining('T') });
  expect(text.match(/"level"/g)).toHaveLength(1);
});

test('the text format quotes as logrus does', () => {
  const text = logged({ format: 'text' }, (logger) => {
    logger.warning('say "hi"\n', { count: 3, list: ['a b'], word: 'a/b' });
    logger.succeed();
  });
  expect(text).toMatch(
    /^time="[^"]+" level=warning msg="say \\"hi\\"\\n" count=3 list="\[\\"a b\\"\]" word=a\/b\n$/,
  );
});

test('with debug, records come at once and in order', () => {
  const text = logged({ level: 'debug' }, (logger) => {
    logger.debug('one');
    logger.warning('two');
    logger.succeed();
  });
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  ).toEqual(['one', 'two']);
});

test('causes are said once', () => {
  const errno = Object.assign(new Error("ENOENT: no such file or directory, open '/x'"), {
    code: 'ENOENT',
    errno: -2,
  });
  const silent = new RuntimeError('bundle', 'cannot read "/x"', { cause: errno });
  expect(errorText(silent).headline).toBe('cannot read "/x": open: ENOENT (no such file or directory)');
  const told = new RuntimeError('bundle', 'cannot read "/x": open: ENOENT (gone)', { cause: errno });
  expect(errorText(told).headline).toBe('cannot read "/x": open: ENOENT (gone)');
  const outer = new RuntimeError('bundle', 'cannot create', { cause: silent });
  expect(errorText(outer).headline).toBe(
    'cannot create: cannot read "/x": open: ENOENT (no such file or directory)',
  );
});

test('the first line is complete where a list follows', () => {
  const error = new RuntimeError('config', 'config.json has 3 problems:\n  a\n  b\n  c');
  expect(errorText(error)).toEqual({
    headline: 'config.json has 3 problems: a (and 2 more)',
    others: ['  a', '  b', '  c'],
  });
});

test('a circle of causes ends', () => {
  const a = new Error('a');
  const b = new Error('b', { cause: a });
  a.cause = b;
  expect(errorText(new RuntimeError('system', 'top', { cause: b })).headline).toMatch(/^top: b: a/);
});

describe('without a log file', () => {
  const settings = { format: 'text', level: 'warning', debug: false } as const;
  const error = new RuntimeError('hook', 'hook failed', { hint: 'look at it' });

  test('the error comes first, then its hint, then the warnings', () => {
    const logger = new Logger(settings);
    logger.warning('careful', { hint: 'h' });
    logger.fail(error);
    expect(stderr).toBe('tsrun: hook failed\n  hint: look at it\ntsrun: warning: careful\n  hint: h\n');
  });

  test.each([
    ['never', '', ''],
    ['at-end', '', 'tsrun: warning: careful\n'],
    ['at-once', 'tsrun: warning: careful\n', 'tsrun: warning: careful\n'],
  ] as const)('warnings of a command that succeeds are printed %s', (when, before, after) => {
    const logger = new Logger(settings);
    logger.printWarnings = when;
    logger.warning('careful');
    expect(stderr).toBe(before);
    logger.succeed();
    expect(stderr).toBe(after);
  });

  test('a stack is printed with --debug only', () => {
    new Logger(settings).fail(error);
    expect(stderr).not.toContain('    at ');
    new Logger({ ...settings, debug: true }).fail(error);
    expect(stderr).toContain('RuntimeError: hook failed\n    at ');
  });

  test('debug records go to standard error as text', () => {
    const logger = new Logger({ ...settings, level: 'debug', debug: true });
    logger.debug('step', { step: 'mount /proc' });
    expect(stderr).toMatch(/^time="[^"]+" level=debug msg=step step="mount \/proc"\n$/);
  });
});

test('what the system refuses is no bug of ours', () => {
  const refused = Object.assign(new Error("EACCES: permission denied, open '/x'"), {
    code: 'EACCES',
    syscall: 'open',
  });
  const text = logged({}, (logger) => logger.fail(asRuntimeError(refused)));
  expect(JSON.parse(text)).toMatchObject({ code: 'system', errno: 'EACCES', msg: refused.message });
  expect(stderr).toBe(`tsrun: ${refused.message}\n`);
});

test('nothing that is shown steers the terminal', () => {
  const error = new RuntimeError('config', 'cannot read "\u001b]0;x\u0007\u009b"', { hint: 'a\tb\u007f' });
  logged({}, (logger) => logger.fail(error));
  expect(stderr).toBe('tsrun: cannot read "\uFFFD]0;x\uFFFD\uFFFD"\n  hint: a\tb\uFFFD\n');
});
