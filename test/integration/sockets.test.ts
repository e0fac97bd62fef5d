/** What a runtime hands to its engine over sockets: the master of a terminal, a pidfd. As runc does it. */
import { readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pollBriefly } from '../../src/kernel/poll.ts';
import { DescriptorReceiver, type Received } from '../setup/descriptor-receiver.ts';
import { need, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { detached, sleepingBundle, started, stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;
let terminal: Bundle;
let serial = 0;

beforeAll(() => {
  rig = makeRig();
  if (!needs.busybox.present()) return;
  bundle = sleepingBundle(rig);
  terminal = rig.bundle({
    config: ({ process }) => {
      process.args = ['sh', '-c', 'stty size; tty; exec sleep 600'];
      process.terminal = true;
      process.consoleSize = { height: 21, width: 43 };
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => need(context, 'busybox'));

/** Runs tsrun with a socket that listens, and gives what came. */
async function receiving(line: (socket: string) => readonly string[], program: 'tsrun' | 'runc' = 'tsrun') {
  const path = join(rig.path, `socket-${++serial}`);
  using receiver = new DescriptorReceiver(path);
  const result = program === 'tsrun' ? await detached(rig, line(path)) : await rig.runc(line(path), silent);
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return receiver.take();
}

const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'] };

function linkOf({ fd }: Received): string {
  return readlinkSync(`/proc/self/fd/${fd}`);
}

/** Which process a pidfd is of. */
function pidOf({ fd }: Received): number {
  return Number(/^Pid:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]);
}

describe('--console-socket', () => {
  test('gets the master of the terminal, with its name in the container', async () => {
    const id = rig.id();
    const master = await receiving((path) => [
      'create',
      '--console-socket',
      path,
      '--bundle',
      terminal.path,
      id,
    ]);
    expect([linkOf(master), master.payload]).toEqual(['/dev/pts/ptmx', '/dev/pts/0']);
    expect((await rig.tsrun(['start', id])).code).toBe(0);
    expect(shown(master.fd, /dev[\s\S]*\n/)).toBe('21 43\r\n/dev/pts/0\r\n');
  });

  test('the same from runc', async (context) => {
    need(context, 'runc');
    context.skip(process.getuid?.() !== 0, 'runc needs root for this bundle');
    const id = rig.id();
    const line = (path: string) => ['create', '--console-socket', path, '--bundle', terminal.path, id];
    expect(linkOf(await receiving(line, 'runc'))).toBe('/dev/pts/ptmx');
  });

  test('of exec', async () => {
    const id = await started(rig, bundle);
    const master = await receiving((path) => [
      ...['exec', '--detach', '--tty', '--console-socket', path, id],
      ...['sh', '-c', 'tty; exec sleep 600'],
    ]);
    expect(master.payload).toBe('/dev/pts/0');
    expect(shown(master.fd, /\n/)).toBe('/dev/pts/0\r\n');
  });

  test('that nobody listens on is an error, and nothing is left', async () => {
    const id = rig.id();
    const options = ['--console-socket', join(rig.path, 'nobody'), '--bundle', terminal.path];
    const result = await detached(rig, ['create', ...options, id]);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('connect: ENOENT') });
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('--pidfd-socket', () => {
  test.each(['create', 'run'])('of %s gets a pidfd of the container’s first process', async (command) => {
    const id = rig.id();
    const detach = command === 'run' ? ['--detach'] : [];
    const pidfd = await receiving((path) => [
      ...[command, ...detach, '--pidfd-socket', path, '--bundle', bundle.path, id],
    ]);
    expect([linkOf(pidfd), pidfd.payload]).toEqual([expect.stringMatching(/pidfd/), 'standard']);
    expect(pidOf(pidfd)).toBe((await stateOf(rig, id)).pid);
  });

  test('of exec gets one of its process', async () => {
    const id = await started(rig, bundle);
    const file = join(rig.path, 'exec.pid');
    const pidfd = await receiving((path) => [
      ...['exec', '--detach', '--pidfd-socket', path, '--pid-file', file, id, 'sleep', '600'],
    ]);
    expect([pidfd.payload, pidOf(pidfd)]).toEqual(['setns', Number(readFileSync(file, 'utf8'))]);
  });

  test('that nobody listens on is an error, and nothing is left', async () => {
    const nobody = ['--pidfd-socket', join(rig.path, 'nobody')];
    for (const command of [['create'], ['run', '--detach']]) {
      const id = rig.id();
      const result = await detached(rig, [...command, ...nobody, '--bundle', bundle.path, id]);
      expect(result).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('cannot connect to the socket'),
      });
      expect(remains(rig, id)).toEqual([]);
    }
    const id = await started(rig, bundle);
    const before = await rig.tsrun(['ps', '--format', 'json', id]);
    expect(await detached(rig, ['exec', ...nobody, id, 'sleep', '600'])).toMatchObject({ code: 255 });
    expect((await rig.tsrun(['ps', '--format', 'json', id])).stdout).toBe(before.stdout);
  });
});

/** What the terminal has shown when the pattern is in it. */
function shown(fd: number, pattern: RegExp): string {
  const buffer = Buffer.alloc(4096);
  let text = '';
  while (!pattern.test(text)) {
    if (pollBriefly(fd, patience(10_000)) !== 'ready')
      throw new Error(`no ${pattern} in ${JSON.stringify(text)}`);
    text += buffer.toString('utf8', 0, readSync(fd, buffer));
  }
  return text;
}
