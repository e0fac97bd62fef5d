/** A log that cannot be written: reported once on standard error, and the outcome is the same. Beside runc and crun. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { sleepingBundle, stateOf } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;
let serial = 0;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => {
  need(context, 'busybox');
  bundle ??= exitingBundle();
});

/** Its process exits with 7; the tmpfs's option is worth a warning. */
function exitingBundle(): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', 'exit 7'];
      config.linux.mountLabel = 'system_u:object_r:container_file_t:s0';
    },
  });
}

/** Redirects what comes after it: `2>/dev/full`. */
function shell(redirection: string): { through: string[] } {
  return { through: ['sh', '-c', `exec "$@" </dev/null ${redirection}`, 'sh'] };
}

function makeFifo(): string {
  const path = join(rig.path, `fifo-${++serial}`);
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  return path;
}

const reported = /tsrun: warning: cannot write the log "[^"]+": write: E[A-Z]+ \(.+\)\n {2}hint: .+\n/g;

describe('a log that is full', () => {
  describe.each([[], ['--debug'], ['--log-format', 'json'], ['--debug', '--log-format', 'json']])(
    'with "%s %s %s"',
    (...options) => {
      const log = [...options.filter((one) => one !== undefined), '--log', '/dev/full'];

      test('run exits as its process does', async () => {
        const result = await rig.tsrun([...log, 'run', '--bundle', bundle.path, rig.id()]);
        expect(result.code, result.stderr).toBe(7);
        expect(result.stderr.match(reported)).toEqual([
          expect.stringContaining('"/dev/full": write: ENOSPC'),
        ]);
        expect(result.stderr.replace(reported, '')).toBe('');
      });

      test('create creates', async () => {
        const id = rig.id();
        const file = join(rig.path, `errors-${++serial}`);
        const line = [...log, 'create', '--bundle', bundle.path, id];
        expect(await rig.tsrun(line, shell(`>/dev/null 2>${file}`))).toMatchObject({ code: 0 });
        expect(readFileSync(file, 'utf8').match(reported)).toHaveLength(1);
        expect(await stateOf(rig, id)).toMatchObject({ status: 'created' });
      });

      test('a failure is told, with its own status', async () => {
        const result = await rig.tsrun([...log, 'exec', 'nosuch', 'true']);
        expect(result.code).toBe(255);
        expect(result.stderr).toMatch(/^tsrun: container does not exist\n/);
        expect(result.stderr.match(reported)).toHaveLength(1);
      });
    },
  );

  test.each(['runc', 'crun'] as const)('beside %s', async (oracle) => {
    const plain = rig.bundle({
      config: (config) => {
        config.process.args = ['sh', '-c', 'exit 7'];
      },
    });
    for (const program of ['tsrun', oracle] as const) {
      const run = ['--debug', '--log', '/dev/full', 'run', '--bundle', plain.path, rig.id()];
      expect(await rig[program](run), program).toMatchObject({ code: 7 });
      const lost = ['--log', '/nosuch/log', 'run', '--bundle', plain.path, rig.id()];
      expect(await rig[program](lost), program).toMatchObject({ code: 1 });
    }
  });
});

describe('standard error that takes nothing', () => {
  test.for([
    ['2>/dev/full', []],
    ['2>&-', []],
    ['2>/dev/full', ['--debug']],
    ['2>&-', ['--debug']],
    ['2>/dev/full', ['--log', '/dev/full']],
    ['2>/dev/full', ['--debug', '--log', '/dev/full']],
  ] as const)('%s with %j', async ([redirection, options]) => {
    const silent = shell(redirection);
    expect(await rig.tsrun([...options, 'run', '--bundle', bundle.path, rig.id()], silent)).toMatchObject({
      code: 7,
    });
    expect(await rig.tsrun([...options, 'exec', 'nosuch', 'true'], silent)).toMatchObject({ code: 255 });
    expect(await rig.tsrun([...options, 'state', 'nosuch'], silent)).toMatchObject({ code: 1 });
  });

  test('a pipe whose reader is gone', async () => {
    const run = ['--debug', 'run', '--bundle', bundle.path, rig.id()];
    const file = join(rig.path, `status-${++serial}`);
    const script = `{ sleep 0.1; "$@" 2>&1 >/dev/null; echo $? >${file}; } </dev/null | :`;
    await rig.tsrun(run, { through: ['sh', '-c', script, 'sh'] });
    expect(readFileSync(file, 'utf8')).toBe('7\n');
  });
});

describe('a FIFO as the log', () => {
  test('without a reader holds nothing up', async () => {
    const line = ['--log', makeFifo(), 'run', '--bundle', bundle.path, rig.id()];
    expect(await rig.tsrun(line)).toMatchObject({ code: 7, stderr: '' });
  });

  test('is read', async () => {
    const path = makeFifo();
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const line = ['--log', path, '--log-format', 'json', 'run', '--bundle', bundle.path, rig.id()];
      expect(await rig.tsrun(line)).toMatchObject({ code: 7, stderr: '' });
      const bytes = Buffer.alloc(4096);
      const text = bytes.subarray(0, readSync(reader, bytes)).toString();
      expect(JSON.parse(text)).toMatchObject({ level: 'warning' });
    } finally {
      closeSync(reader);
    }
  });

  test('that is full is not waited for longer than a second', async () => {
    const path = makeFifo();
    // Held open, and never read from.
    const holder = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      expect(spawnSync('sh', ['-c', `head -c 65536 /dev/zero >${path}`]).status).toBe(0);
      const line = ['--debug', '--log', path, 'run', '--bundle', bundle.path, rig.id()];
      const result = await rig.tsrun(line);
      expect(result.code).toBe(7);
      expect(result.stderr.match(reported)).toEqual([expect.stringContaining(`"${path}": write: EAGAIN`)]);
    } finally {
      closeSync(holder);
    }
  });
});

test('a log that cannot be opened is an error before anything is done', async () => {
  for (const path of ['/nosuch/directory/log', rig.path]) {
    const id = rig.id();
    const result = await rig.tsrun(['--log', path, 'run', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^tsrun: cannot open log file ".+": open: E\w+ \(.+\)\n {2}hint: /);
    expect(await rig.tsrun(['state', id])).toMatchObject({ code: 1 });
  }
});

test('a full standard output is an error of commands that print', async () => {
  const id = rig.id();
  const run = ['run', '--detach', '--bundle', sleepingBundle(rig).path, id];
  expect(await rig.tsrun(run, shell('>/dev/null 2>&1'))).toMatchObject({ code: 0 });
  for (const line of [['state', id], ['list'], ['ps', id], ['features']]) {
    const { code, stderr } = await rig.tsrun(line, shell('>/dev/full'));
    expect([line[0], code, stderr]).toEqual([
      line[0],
      1,
      expect.stringMatching(/^tsrun: cannot write to standard output: write: ENOSPC \(.+\)\n {2}hint: /),
    ]);
  }
});
