/** `run` and `exec` in the foreground with a terminal. script(1) (bsdutils, always there) is our terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { POLLIN, POLLOUT, pollBriefly } from '../../src/kernel/poll.ts';
import { minimalEnvironment } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { makeRig, programUnderTest, type Rig } from '../setup/rig.ts';
import { type Running, startProgram } from '../setup/running.ts';

beforeEach((context) => need(context, 'busybox'));

function terminalBundle(rig: Rig, ...args: string[]): string {
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = args;
      config.process.terminal = true;
    },
  });
  return bundle.path;
}

/** `run` on a terminal of 33 lines and 101 columns; `$run` in the shell commands around it. */
function onTerminal(rig: Rig, bundle: string, commands = '$run'): Running {
  const run = `${programUnderTest()} --root ${rig.root} run --bundle ${bundle} ${rig.id()}`;
  return inTerminal(rig, `run='${run}'; ${commands}`);
}

function inTerminal(rig: Rig, commands: string): Running {
  return startProgram('script', ['-qec', `cd ${rig.path}; stty rows 33 cols 101; ${commands}`, '/dev/null']);
}

/** Both ends of a pipe, in one descriptor that others can inherit. */
function openFifo(path: string) {
  spawnSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR);
  return {
    fd,
    /** What there is. */
    read: () => {
      if (pollBriefly(fd, 0, POLLIN) === 'ready') readSync(fd, Buffer.alloc(65_536));
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
}

test('an interactive shell: size, job control, Ctrl-C, exit status', async () => {
  await using rig = makeRig();
  await using terminal = onTerminal(rig, terminalBundle(rig, 'sh'));
  await terminal.shows(/# /);
  terminal.type('stty size; tty; echo one two | sed "s/ /-/"\n');
  await terminal.shows(/33 101\r\n\/dev\/pts\/0\r\none-two/);
  // A shell of its own in the foreground: Ctrl-C cannot come before it is there.
  terminal.type('sh -c "echo slee\\ping; exec sleep 60"\n');
  await terminal.shows(/sleeping/);
  terminal.type('\x03');
  terminal.type('echo interr""upted\n');
  await terminal.shows(/interrupted/);
  terminal.type('exit 6\n');
  expect(await terminal.ended()).toBe(6);
});

test("the caller's terminal is as it was afterwards, and raw meanwhile", async () => {
  await using rig = makeRig();
  const bundle = terminalBundle(rig, 'sh', '-c', 'echo ready; read x; echo "<$x>"; exit 3');
  const commands = 'stty -g >before; $run; echo status $?; stty -g >after; cmp before after && echo restored';
  await using terminal = onTerminal(rig, bundle, commands);
  await terminal.shows(/ready/);
  terminal.type('line\n');
  await terminal.shows(/<line>\r\nstatus 3\r\nrestored/);
  // Echoed once, by the container's terminal.
  expect(terminal.output().match(/line/g)).toHaveLength(2);
});

test('also after an error', async () => {
  await using rig = makeRig();
  const bundle = terminalBundle(rig, 'no-such-command');
  await using terminal = onTerminal(
    rig,
    bundle,
    'stty -g >before; $run; stty -g >after; cmp before after && echo restored',
  );
  await terminal.shows(/restored/);
});

test('a change of the size is passed on', async () => {
  await using rig = makeRig();
  // stty(1) changes one number after the other.
  const wanted = 'until [ "$size" = "40 120" ]; do sleep 0.02; done; echo "$size"; exit 3';
  const script = `trap 'size=$(stty size)' WINCH; stty size; ${wanted}`;
  const resize = '(until [ -e go ]; do sleep 0.02; done; stty -F /dev/tty rows 40 cols 120) & $run';
  await using terminal = onTerminal(rig, terminalBundle(rig, 'sh', '-c', script), resize);
  await terminal.shows(/33 101/);
  writeFileSync(join(rig.path, 'go'), '');
  await terminal.shows(/40 120/);
  expect(await terminal.ended()).toBe(3);
});

test('a megabyte of output is complete', async () => {
  await using rig = makeRig();
  await using terminal = onTerminal(rig, terminalBundle(rig, 'seq', '150000'));
  expect(await terminal.ended()).toBe(0);
  const lines = terminal.output().split('\r\n');
  expect([lines.length, lines[0], lines.at(-2)]).toEqual([150_001, '1', '150000']);
});

test('exec --tty', async () => {
  await using rig = makeRig();
  const id = rig.id();
  const bundle = terminalBundle(rig, 'sh');
  const tsrun = `${programUnderTest()} --root ${rig.root}`;
  await using container = inTerminal(rig, `${tsrun} run --bundle ${bundle} ${id}`);
  await container.shows(/# /);
  await using terminal = inTerminal(rig, `${tsrun} exec --tty ${id} sh`);
  await terminal.shows(/# /);
  terminal.type('stty size; tty\n');
  await terminal.shows(/33 101\r\n\/dev\/pts\/1/);
  // A shell of its own in the foreground: Ctrl-C cannot come before it is there.
  terminal.type('sh -c "echo slee\\ping; exec sleep 60"\n');
  await terminal.shows(/sleeping/);
  terminal.type('\x03');
  terminal.type('exit 5\n');
  expect(await terminal.ended()).toBe(5);
  container.type('exit\n');
  expect(await container.ended()).toBe(0);
});

describe('a terminal in the container only', () => {
  test('output into a pipe keeps its line ends, and is complete', async () => {
    await using rig = makeRig();
    const bundle = terminalBundle(rig, 'seq', '150000');
    const { code, stdout } = await rig.tsrun(['run', '--bundle', bundle, rig.id()], { input: '' });
    expect([code, stdout.length, stdout.endsWith('\n150000\n')]).toEqual([0, 938_895, true]);
  });

  test.each([
    ['lines', 'one\ntwo\n'],
    ['a line without its end', 'one'],
  ])('the end of input is passed on: %s', async (_, input) => {
    await using rig = makeRig();
    const bundle = terminalBundle(rig, 'sh', '-c', 'stty -echo; echo; cat; exit 4');
    const result = await rig.tsrun(['run', '--bundle', bundle, rig.id()], { input });
    expect(result.code).toBe(4);
    expect(result.stdout).toContain(input);
  });

  test('a reader that stops reading holds up neither signals nor the end', async () => {
    await using rig = makeRig();
    const id = rig.id();
    using pipe = openFifo(join(rig.path, 'output'));
    const bundle = terminalBundle(rig, 'sh', '-c', 'trap "exit 9" TERM; yes & while :; do sleep 0.05; done');
    const run = spawn(programUnderTest(), ['--root', rig.root, 'run', '--bundle', bundle, id], {
      env: minimalEnvironment(),
      stdio: ['pipe', pipe.fd, 'inherit'],
    });
    const ended = new Promise((resolve) => run.on('exit', resolve));
    await expect.poll(() => pollBriefly(pipe.fd, 0, POLLOUT), { timeout: patience(20_000) }).toBe('timeout');
    // More than there is room for.
    await sleep(300);
    run.kill('SIGTERM');
    const state = async () => (await rig.tsrun(['state', id])).stderr;
    // As with runc, the container is deleted, and what it has written still waits for its reader.
    await expect.poll(state).toMatch(/does not exist/);
    expect(run.exitCode).toBeNull();
    const reading = setInterval(() => pipe.read(), 10);
    expect(await ended.finally(() => clearInterval(reading))).toBe(9);
  });

  test('a reader that goes away hangs up', async () => {
    await using rig = makeRig();
    const run = ['--root', rig.root, 'run', '--bundle', terminalBundle(rig, 'yes'), rig.id()];
    await using container = startProgram(programUnderTest(), run);
    await container.shows(/y/);
    container.child.stdout?.destroy();
    expect(await container.ended()).not.toBe(0);
  });
});
