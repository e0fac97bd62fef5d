/** With an init stub that has no namespaces of its own: that needs no rights, and the mechanism is the same. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createContainerSteps,
  runInContainer,
  startContainerSteps,
} from '../../../src/hooks/container-hooks.ts';
import { cloneStep, dismissStep, spawnStubStep } from '../../../src/init/spawn-step.ts';
import { type Step, step } from '../../../src/init/step.ts';
import { call } from '../../../src/kernel/call.ts';
import { chdir, close, umask } from '../../../src/kernel/calls/file.ts';
import { exitGroup } from '../../../src/kernel/calls/process.ts';
import { bind, connect, listen, socket } from '../../../src/kernel/calls/socket.ts';
import { AF_UNIX, SOCK_SEQPACKET } from '../../../src/kernel/constants/process.ts';
import { perform } from '../../../src/kernel/local.ts';
import { waitForExit } from '../../../src/kernel/spawn.ts';
import { Execution } from '../../../src/plan/execution.ts';
import type { Hook } from '../../../src/spec/types.ts';
import { type Folder, failureOf, makeFolder, shell, stateIn } from './fixture.ts';

/** An init stub that is driven as `create` does it. */
class Container implements Disposable {
  readonly execution = new Execution();
  readonly #folder: Folder;
  readonly #listener = call('socket');

  constructor(folder: Folder) {
    this.#folder = folder;
    const path = join(folder.path, 'socket');
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    perform(bind(fd, path));
    perform(listen(fd, 1));
    this.execution.define(this.#listener, fd);
    const explain = () => {
      throw new Error('clone3');
    };
    this.execution.execute([
      spawnStubStep(['init'], [this.#listener], 0),
      cloneStep({ from: 'stub', to: 'init', flags: 0, cgroup: undefined, explain }),
      dismissStep('stub'),
      step('init', 'be in "/"', '', [chdir('/'), umask(0)]),
    ]);
    waitForExit(this.execution.stubPid);
    perform(close(fd));
  }

  createContainer(root: string, ...hooks: readonly Hook[]): readonly Step[] {
    return createContainerSteps(hooks, () => stateIn(this.#folder.path), { ...this.#options, root });
  }

  startContainer(...hooks: readonly Hook[]): readonly Step[] {
    const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const state = () => stateIn(this.#folder.path, { status: 'created' });
    return startContainerSteps(hooks, state, {
      ...this.#options,
      prepare: [umask(0o27), chdir(this.#folder.path)],
      user,
    });
  }

  get #options() {
    const connectTo = () => {
      const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
      perform(connect(fd, join(this.#folder.path, 'socket')));
      return fd;
    };
    return {
      socket: { listener: this.#listener, connect: connectTo },
      env: ['OF=the container', 'PATH=/usr/bin:/bin'],
    };
  }

  [Symbol.dispose]() {
    this.execution.execute([step('init', 'end', '', [exitGroup(0)], { answers: 'on-failure' })]);
  }
}

describe('createContainer', () => {
  test('runs as a child of the init, in the root, with the caller’s umask and the pid that it sees', () => {
    using folder = makeFolder();
    using container = new Container(folder);
    const root = join(folder.path, 'rootfs');
    mkdirSync(root);
    const report = shell('pwd; umask; echo $OF; echo $PPID; cat');
    const steps = container.createContainer(root, {
      ...report,
      args: ['sh', '-c', `(${report.args?.[2]}) >../report`],
    });
    container.execution.execute(steps);
    const [cwd, mask, env, parent, state] = folder.read('report').split('\n');
    expect(cwd).toBe(root);
    expect(Number(`0o${mask?.slice(1)}`)).toBe(process.umask());
    expect(env).toBe('the container');
    const init = container.execution.pid;
    expect(Number(parent)).toBe(init);
    expect(JSON.parse(state ?? '')).toEqual(stateIn(folder.path, { pid: init }));
  });

  test('leaves nothing in the init: no child and no descriptor', () => {
    using folder = makeFolder();
    using container = new Container(folder);
    const look = shell('ls -l /proc/$PPID/fd | grep -c socket; ls /proc/$PPID/fd | wc -l; exit 1');
    const seen = () =>
      failureOf(() => container.execution.execute(container.createContainer('/', look))).message;
    const before = seen();
    container.execution.execute(container.createContainer('/', { path: '/bin/true' }, { path: '/bin/true' }));
    expect(
      failureOf(() => container.execution.execute(container.createContainer('/', { path: '/nonexistent' })))
        .message,
    ).toBe(
      'error running hook: hooks.createContainer[0] "/nonexistent" cannot be executed: execve: ENOENT (no such file or directory)',
    );
    expect(seen()).toBe(before);
  });

  test('keeps its time limit', () => {
    using folder = makeFolder();
    using container = new Container(folder);
    const steps = container.createContainer('/', shell('echo waiting; sleep 60 & sleep 60', { timeout: 1 }));
    expect(failureOf(() => container.execution.execute(steps)).message).toBe(
      'error running hook: hooks.createContainer[0] "/bin/sh" failed: hook ran past specified timeout of 1.0s: waiting',
    );
  });

  test('may write much and take longer than one poll', () => {
    using folder = makeFolder();
    using container = new Container(folder);
    const steps = container.createContainer('/', shell('seq 100000; sleep 1.2; echo the end; exit 4'));
    expect(failureOf(() => container.execution.execute(steps)).message).toMatch(
      /^error running hook: hooks\.createContainer\[0\] "\/bin\/sh" exited with status 4: the end\n…\n/,
    );
  });
});

test('startContainer runs with what prepares the container’s own process', () => {
  using folder = makeFolder();
  using container = new Container(folder);
  container.execution.execute(
    container.startContainer(shell('(pwd; umask; cat; ls -C /proc/self/fd) >report 2>/dev/stderr')),
  );
  const [cwd, mask, rest = ''] = folder.read('report').split('\n');
  expect([cwd, mask]).toEqual([folder.path, '0027']);
  expect(rest).toContain(`"status":"created","pid":${container.execution.pid},`);
});

test('the listening socket is needed for these two kinds alone', () => {
  const hook = { path: '/bin/true' };
  expect(runInContainer(undefined)).toBe(false);
  expect(runInContainer({ prestart: [hook], createContainer: [] })).toBe(false);
  expect(runInContainer({ createContainer: [hook] })).toBe(true);
  expect(runInContainer({ startContainer: [hook] })).toBe(true);
});
