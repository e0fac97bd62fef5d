/** What a service manager such as systemd gives and wants: listening sockets (sd_listen_fds(3)), readiness (sd_notify(3)). */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Out } from '../../src/kernel/call.ts';
import { close } from '../../src/kernel/calls/file.ts';
import {
  bind,
  connect,
  receive,
  receiveDescriptor,
  receivedDescriptor,
  send,
  socket,
} from '../../src/kernel/calls/socket.ts';
import { AF_UNIX, MSG_DONTWAIT, SOCK_DGRAM } from '../../src/kernel/constants/process.ts';
import { attempt, perform, performForBytes } from '../../src/kernel/local.ts';
import { minimalEnvironment } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { created, started, stateOf } from '../setup/probe-container.ts';
import { type Bundle, makeRig, programUnderTest, type Rig, type RigOptions } from '../setup/rig.ts';

function bundleFor(rig: Rig, ...args: string[]): Bundle {
  return rig.bundle({
    config: ({ process: own }) => {
      own.args = args;
    },
  });
}

/** Has descriptor 3 be a pipe's end and 4 a file, and says that so many are sockets for the command. */
function activated(count: number, pid = '$$'): RigOptions {
  const variables = `LISTEN_FDS=${count} LISTEN_PID=${pid} LISTEN_FDNAMES=web:metrics`;
  return { through: ['sh', '-c', `exec 3</dev/zero 4</dev/full; ${variables} exec "$@"`, 'sh'] };
}

const show = 'env | grep ^LISTEN_ | sort; for f in 3 4; do readlink /proc/$$/fd/$f || echo none; done';

test('sockets of the service manager come first, those of --preserve-fds behind them', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = bundleFor(rig, 'sh', '-c', show);
  const run = async (options: RigOptions, ...args: string[]) => {
    const result = await rig.tsrun(['run', ...args, '--bundle', bundle.path, rig.id()], options);
    expect(result).toMatchObject({ code: 0 });
    return result.stdout.trimEnd().split('\n');
  };
  const variables = ['LISTEN_FDNAMES=web:metrics', 'LISTEN_FDS=1', 'LISTEN_PID=1'];
  expect(await run(activated(1))).toEqual([...variables, '/dev/zero', 'none']);
  expect(await run(activated(1), '--preserve-fds', '1')).toEqual([...variables, '/dev/zero', '/dev/full']);
  expect(await run(activated(2, '1'))).toEqual(['none', 'none']);
});

test('they are handed on as runc does, and to the container’s process alone', async (context) => {
  need(context, 'busybox', 'runc');
  await using rig = makeRig();
  // The names are lost with runc.
  const bundle = bundleFor(rig, 'sh', '-c', `unset LISTEN_FDNAMES; ${show}`);
  const run = (runtime: 'tsrun' | 'runc') =>
    rig[runtime](['run', '--bundle', bundle.path, rig.id()], activated(2));
  expect((await run('tsrun')).stdout).toBe((await run('runc')).stdout);

  const sleeping = bundleFor(rig, 'sleep', '600');
  const id = await created(rig, sleeping);
  expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0 });
  const inside = await rig.tsrun(['exec', id, 'sh', '-c', show], activated(2));
  expect(inside.stdout).toBe('none\nnone\n');
});

test('they are for the pid that the process has without a pid namespace', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      const { process: own, linux } = config;
      own.args = ['sh', '-c', '[ "$LISTEN_PID" = $$ ] && [ $$ != 1 ] && echo "$LISTEN_FDS"'];
      linux.namespaces = linux.namespaces.filter(({ type }: { type: string }) => type !== 'pid');
      // An ordinary user cannot mount proc then.
      config.mounts = [];
    },
  });
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], activated(2));
  expect(result).toMatchObject({ code: 0, stdout: '2\n' });
});

test('a socket that is not open is an error', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = bundleFor(rig, 'true');
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], activated(3));
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('cannot preserve descriptor 5: it is not open');
  expect(result.stderr).toContain('hint: LISTEN_FDS=3 passes on the descriptors 3 to 5');
});

/** A service manager that is notified at a socket. */
class Manager {
  readonly #fd = perform(socket(AF_UNIX, SOCK_DGRAM));
  readonly address: string;

  constructor(address: string) {
    this.address = address;
    perform(bind(this.#fd, address.replace(/^@/, '\0')));
  }

  /** The next message; a descriptor that comes with it is closed, as the barrier wants it. */
  async next(): Promise<string> {
    for (let tries = 0; tries < 500; tries++) {
      const peek = receive(this.#fd, 256, MSG_DONTWAIT | MSG_PEEK);
      const outs = new Map<Out, Uint8Array>();
      const length = attempt(peek, undefined, outs);
      if (length >= 0) {
        const descriptor = receivedDescriptor(performForBytes(receiveDescriptor(this.#fd)));
        if (descriptor !== undefined) perform(close(descriptor));
        const text = Buffer.from((peek.out && outs.get(peek.out)) ?? []).toString('utf8', 0, length);
        return descriptor === undefined ? text : `${text} with a descriptor`;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('nobody has notified us');
  }

  [Symbol.dispose](): void {
    perform(close(this.#fd));
  }
}

const MSG_PEEK = 2;

/** Says something through the socket that the container has. */
function say(pid: number, text: string): void {
  const fd = perform(socket(AF_UNIX, SOCK_DGRAM));
  perform(connect(fd, `/proc/${pid}/root/run/notify/notify.sock`));
  perform(send(fd, Buffer.from(text)));
  perform(close(fd));
}

interface Notifying {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

/** Runs tsrun for this manager; its streams are nobody's. */
function tsrunFor(manager: Manager, rig: Rig, ...args: string[]): Notifying {
  const env = { ...minimalEnvironment(), NOTIFY_SOCKET: manager.address };
  const child = spawn(programUnderTest(), ['--root', rig.root, ...args], { env, stdio: 'ignore' });
  return { child, ended: new Promise((resolve) => child.on('close', resolve)) };
}

async function running(rig: Rig, id: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const { stdout } = await rig.tsrun(['state', id]);
    const state = stdout === '' ? undefined : JSON.parse(stdout);
    if (state?.status === 'running') return state.pid;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it does not run');
}

test('start returns when the container is ready, and the manager goes on with its process', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  using manager = new Manager(join(rig.path, 'manager'));
  const bundle = bundleFor(rig, 'sh', '-c', 'echo $NOTIFY_SOCKET >/variable; exec sleep 600');
  const id = rig.id();
  expect(await tsrunFor(manager, rig, 'create', '--bundle', bundle.path, id).ended).toBe(0);
  const start = tsrunFor(manager, rig, 'start', id);
  const pid = await running(rig, id);
  // Nobody believes the container which process is the main one.
  say(pid, 'MAINPID=1\nSTATUS=on its way');
  say(pid, 'STATUS=soon\nREADY=1\nMAINPID=1\n');
  const messages = [await manager.next(), await manager.next(), await manager.next()];
  expect(messages).toEqual(['READY=1\n', `MAINPID=${pid}\n`, 'BARRIER=1 with a descriptor']);
  expect(await start.ended).toBe(0);
  const seen = await rig.tsrun([
    'exec',
    id,
    'sh',
    '-c',
    'cat /variable; stat -c %a%F /run/notify/*; >/run/notify/x',
  ]);
  expect(seen.stdout).toBe('/run/notify/notify.sock\n777socket\n');
  expect(seen.stderr).toContain('Read-only file system');
  await rig.tsrun(['delete', '--force', id]);
  expect(existsSync(join(rig.root, id))).toBe(false);
});

test.for(['run', 'start'])(
  '%s ends with a container that never gets ready, which can be deleted meanwhile',
  async (way, context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    using manager = new Manager(`@tsrun-test-${process.pid}-${way}`);
    const id = rig.id();
    const bundle = ['--bundle', bundleFor(rig, 'sleep', '600').path, id];
    if (way === 'start') expect(await tsrunFor(manager, rig, 'create', ...bundle).ended).toBe(0);
    const waiting = way === 'start' ? ['start', id] : ['run', '--detach', ...bundle];
    const command = tsrunFor(manager, rig, ...waiting);
    await running(rig, id);
    expect(command.child.exitCode).toBeNull();
    expect(await rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
    expect(await command.ended).toBe(0);
  },
);

test('run in the foreground is the process that the manager watches', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  using manager = new Manager(`@tsrun-test-${process.pid}-2`);
  const id = rig.id();
  const run = tsrunFor(manager, rig, 'run', '--bundle', bundleFor(rig, 'sleep', '600').path, id);
  say(await running(rig, id), 'READY=1');
  expect([await manager.next(), await manager.next()]).toEqual(['READY=1\n', `MAINPID=${run.child.pid}\n`]);
  expect(run.child.exitCode).toBeNull();
  await rig.tsrun(['kill', id, 'KILL']);
  expect(await run.ended).toBe(137);
});

test('without a manager there is no socket in the container', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const id = await started(rig, bundleFor(rig, 'sleep', '600'));
  expect((await stateOf(rig, id)).status).toBe('running');
  expect((await rig.tsrun(['exec', id, 'ls', '/run/notify'])).code).toBe(1);
});
