/** `run` and `exec` in the foreground, without a terminal: the caller's streams, signals, exit statuses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { need, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';
import { type Running, startProgram } from '../setup/running.ts';

beforeEach((context) => need(context, 'busybox'));

const isOnNode = process.env.TSRUN_JS_RUNTIME === 'node';

/** The command line, if there is a runc to compare with. */
function runcIn(rig: Rig): string[][] {
  const isThere = process.getuid?.() === 0 && needs.runc.present();
  return isThere ? [['runc', '--root', join(rig.path, 'runc-root')]] : [];
}

function shellBundle(rig: Rig, script: string): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', script];
    },
  });
}

function run(rig: Rig, script: string, input?: string | Uint8Array) {
  const args = ['run', '--bundle', shellBundle(rig, script).path, rig.id()];
  return rig.tsrun(args, input === undefined ? {} : { input });
}

/** Starts `run` and leaves it running. */
function running(rig: Rig, script: string, id = rig.id()): Running {
  const args = ['--root', rig.root, 'run', '--bundle', shellBundle(rig, script).path, id];
  return startProgram(programUnderTest(), args);
}

/** So slowly that each signal is waited for on its own. */
async function passOn({ child }: Running, signals: number): Promise<void> {
  for (let index = 0; index < signals; index++) {
    child.kill(index % 2 === 0 ? 'SIGUSR1' : 'SIGUSR2');
    await sleep(1);
  }
}

function residentKilobytes({ child }: Running): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]);
}

test.each([
  ['true', 0],
  ['exit 42', 42],
  ['exit 255', 255],
  ['sleep 0.1; exit 7', 7],
  ['sh -c "kill -9 \\$\\$"; exit $?', 137],
])('run exits as the process does: %s', async (script, code) => {
  await using rig = makeRig();
  expect(await run(rig, script)).toMatchObject({ code, signal: null });
  expect(await rig.tsrun(['list', '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('run exits with 128+N where signal N ended the process', async () => {
  await using rig = makeRig();
  const id = rig.id();
  await using container = running(rig, 'echo ready; exec sleep 60', id);
  await container.shows(/ready/);
  await rig.tsrun(['kill', id, 'KILL']);
  expect(await container.ended()).toBe(137);
});

describe('the streams are the caller’s own', () => {
  test('input is read to its end', async () => {
    await using rig = makeRig();
    expect(await run(rig, 'wc -c', 'x'.repeat(300_000))).toMatchObject({ code: 0, stdout: '300000\n' });
  });

  test('a megabyte of output is complete, on both streams', async () => {
    await using rig = makeRig();
    const result = await run(rig, 'seq 150000; seq 150000 >&2');
    expect(result.code).toBe(0);
    for (const text of [result.stdout, result.stderr]) {
      expect([text.length, text.endsWith('\n150000\n')]).toEqual([938_895, true]);
    }
  });

  test('a reader that goes away is the process’s affair', async () => {
    await using rig = makeRig();
    await using container = running(rig, 'while echo x; do :; done 2>/dev/null; exit 3');
    await container.shows(/x/);
    container.child.stdout?.destroy();
    expect([3, 141]).toContain(await container.ended());
  });
});

describe('signals', () => {
  const kinds = [
    'INT',
    'HUP',
    'QUIT',
    'TERM',
    'ALRM',
    'WINCH',
    'TSTP',
    'ABRT',
    'IO',
    'XCPU',
    'VTALRM',
    'PROF',
  ];
  const traps = kinds.map((name) => `trap "echo ${name}" ${name}; `).join('');

  test('one of each kind reaches the process', async () => {
    await using rig = makeRig();
    await using container = running(
      rig,
      `${traps} trap "exit 5" USR2; echo ready; while :; do sleep 0.01; done`,
    );
    await container.shows(/ready/);
    for (const name of kinds) {
      container.child.kill(`SIG${name}` as NodeJS.Signals);
      await container.shows(new RegExp(`^${name}$`, 'm'));
    }
    container.child.kill('SIGUSR2');
    expect(await container.ended()).toBe(5);
  });

  test.each([
    ['blocked', '--block-signal=TERM'],
    ['ignored', '--ignore-signal=TERM'],
  ])('also one that the caller has %s, as with runc', async (_, how) => {
    await using rig = makeRig();
    const script = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.01; done';
    const run = ['run', '--bundle', shellBundle(rig, script).path, rig.id()];
    for (const runtime of [[programUnderTest(), '--root', rig.root], ...runcIn(rig)]) {
      await using container = startProgram('env', [how, ...runtime, ...run]);
      await container.shows(/ready/);
      container.child.kill('SIGTERM');
      expect(await container.ended(), runtime[0]).toBe(5);
    }
  });

  test('a real-time signal too, though Node cannot catch it', async () => {
    await using rig = makeRig();
    const script = 'trap "exit 7" 34; trap "exit 8" TERM; echo ready; while :; do sleep 0.01; done';
    await using container = running(rig, script);
    await container.shows(/ready/);
    process.kill(container.child.pid ?? 0, 34);
    if (!isOnNode) return expect(await container.ended()).toBe(7);
    await sleep(300);
    container.child.kill('SIGTERM');
    expect(await container.ended()).toBe(8);
  });

  test('a storm of 200 is survived, and the last one arrives', async () => {
    await using rig = makeRig();
    const script = 'trap "echo one" USR1; trap "exit 6" USR2; echo ready; while :; do sleep 0.01; done';
    await using container = running(rig, script);
    await container.shows(/ready/);
    for (let index = 0; index < 200; index++) {
      container.child.kill('SIGUSR1');
      if (index % 4 === 0) await sleep(1);
    }
    // A shell takes those that come during one command for one: more of them until it has shown some.
    const more = setInterval(() => container.child.kill('SIGUSR1'), 20);
    await container.shows(/(one\n){5}/).finally(() => clearInterval(more));
    container.child.kill('SIGUSR2');
    expect(await container.ended()).toBe(6);
  });

  test('take no memory that is not released', async (context) => {
    context.skip(isOnNode, 'Node collects garbage when it sees fit');
    await using rig = makeRig();
    await using container = running(
      rig,
      'trap "" USR1 USR2; trap "exit 6" TERM; echo ready; while :; do sleep 0.1; done',
    );
    await container.shows(/ready/);
    await passOn(container, 100);
    const before = residentKilobytes(container);
    await passOn(container, 2000);
    expect(residentKilobytes(container) - before).toBeLessThan(64);
    container.child.kill('SIGTERM');
    expect(await container.ended()).toBe(6);
  });

  test('leave little memory in use after a second', async (context) => {
    context.skip(isOnNode, 'it says nothing of Node');
    await using rig = makeRig();
    await using container = running(
      rig,
      'trap "" USR1 USR2; trap "exit 6" TERM; echo ready; while :; do sleep 0.1; done',
    );
    await container.shows(/ready/);
    await sleep(1500);
    // What was only read has been given back, and is still there when it is used. An ordinary user cannot tell all of it.
    expect(residentKilobytes(container)).toBeLessThan(process.getuid?.() === 0 ? 4096 : 5120);
    await passOn(container, 200);
    container.child.kill('SIGTERM');
    expect(await container.ended()).toBe(6);
  });

  test('no signal leaves half a container, whenever it comes', { timeout: patience(60_000) }, async () => {
    await using rig = makeRig();
    const bundle = shellBundle(rig, 'sleep 0.05');
    // The state directory is there from now on.
    await run(rig, 'true');
    for (let delay = 0; delay < 100; delay += 4) {
      const args = ['--root', rig.root, 'run', '--bundle', bundle.path, rig.id()];
      await using container = startProgram(programUnderTest(), args);
      await sleep(delay);
      for (const name of ['SIGHUP', 'SIGUSR1', 'SIGTERM', 'SIGALRM'] as const) container.child.kill(name);
      await container.ended();
      expect(await rig.tsrun(['list', '--quiet']), `after ${delay} ms`).toMatchObject({
        code: 0,
        stdout: '',
      });
    }
  });
});

test('no zombie stays beside a container that runs on', async () => {
  await using rig = makeRig();
  await using container = running(rig, 'echo ready; sleep 60');
  await container.shows(/ready/);
  await sleep(200);
  const { stdout } = await rig.tsrun(['list', '--quiet']);
  expect(stdout).not.toBe('');
  expect(zombiesOf(container.child.pid ?? 0)).toEqual([]);
  await rig.tsrun(['kill', stdout.trim(), 'KILL']);
});

test('run --detach returns, and leaves the container running', async () => {
  await using rig = makeRig();
  const id = rig.id();
  const bundle = shellBundle(rig, 'sleep 60 <&- >&- 2>&-');
  const detached = await rig.tsrun(['run', '--detach', '--bundle', bundle.path, id]);
  expect(detached).toMatchObject({ code: 0 });
  expect(JSON.parse((await rig.tsrun(['state', id])).stdout)).toMatchObject({ status: 'running' });
});

describe('exec', () => {
  test.each([
    [['sh', '-c', 'exit 3'], 3],
    [['sh', '-c', 'kill -TERM $$'], 143],
    [['sh', '-c', 'sleep 0.1; kill -9 $$'], 137],
    [['no-such-command'], 255],
  ])('exits as the process does: %s', async (command, code) => {
    await using rig = makeRig();
    const id = rig.id();
    await using container = running(rig, 'echo ready; sleep 60', id);
    await container.shows(/ready/);
    expect(await rig.tsrun(['exec', id, ...command])).toMatchObject({ code });
  });

  test('passes on input, output and signals', async () => {
    await using rig = makeRig();
    const id = rig.id();
    await using container = running(rig, 'echo ready; sleep 60', id);
    await container.shows(/ready/);
    expect(await rig.tsrun(['exec', id, 'wc', '-c'], { input: 'x'.repeat(200_000) })).toMatchObject({
      code: 0,
      stdout: '200000\n',
    });
    const script = 'trap "exit 8" TERM; echo here; while :; do sleep 0.01; done';
    await using process = startProgram(programUnderTest(), [
      '--root',
      rig.root,
      'exec',
      id,
      'sh',
      '-c',
      script,
    ]);
    await process.shows(/here/);
    process.child.kill('SIGTERM');
    expect(await process.ended()).toBe(8);
  });
});

function zombiesOf(parent: number): readonly string[] {
  const status = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/status`, 'utf8');
    } catch {
      return '';
    }
  };
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.filter((pid) => {
    const text = status(pid);
    return /^State:\sZ/m.test(text) && new RegExp(`^PPid:\\s${parent}$`, 'm').test(text);
  });
}
