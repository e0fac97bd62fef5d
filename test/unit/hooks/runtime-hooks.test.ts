import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runPoststop, runtimeHookSteps } from '../../../src/hooks/runtime-hooks.ts';
import type { HookState } from '../../../src/hooks/state.ts';
import { Execution } from '../../../src/plan/execution.ts';
import type { Hook } from '../../../src/spec/types.ts';
import { failureOf, makeFolder, shell, stateIn } from './fixture.ts';

function run(state: HookState, ...hooks: readonly Hook[]): void {
  new Execution().execute(runtimeHookSteps('createRuntime', hooks, () => state));
}

describe('the plan', () => {
  test('has one step per hook, with its place and what is executed', () => {
    const hooks = [{ path: '/bin/x' }, { path: '/bin/y', args: ['y', 'a b'], env: ['A=b'] }];
    expect(runtimeHookSteps('prestart', hooks, () => stateIn('/'))).toMatchObject([
      {
        name: 'run hooks.prestart[0] "/bin/x"',
        pointer: '/hooks/prestart/0',
        does: ['execve("/bin/x", ["/bin/x"], environ)'],
      },
      {
        name: 'run hooks.prestart[1] "/bin/y"',
        pointer: '/hooks/prestart/1',
        does: ['execve("/bin/y", ["y","a b"], ["A=b"])'],
      },
    ]);
  });

  test('has none where there are no hooks', () => {
    expect(runtimeHookSteps('poststart', undefined, () => stateIn('/'))).toEqual([]);
  });
});

describe('a hook', () => {
  test('gets the state on its standard input, however long', () => {
    using folder = makeFolder();
    const state = stateIn(folder.path, { annotations: { long: 'x'.repeat(300_000) } });
    run(state, shell('cat >state; cat /dev/stdin >again'));
    expect(JSON.parse(folder.read('state'))).toEqual(state);
    expect(folder.read('state')).not.toContain('\n');
    expect(folder.read('again')).toBe(folder.read('state'));
  });

  test('need not read it', () => {
    using folder = makeFolder();
    run(stateIn(folder.path, { annotations: { long: 'x'.repeat(300_000) } }), { path: '/bin/true' });
  });

  test('runs in the bundle, or in "/" where that is gone', () => {
    using folder = makeFolder();
    run(stateIn(folder.path), shell('pwd >cwd'));
    expect(folder.read('cwd').trim()).toBe(folder.path);
    run(stateIn(join(folder.path, 'gone')), shell(`pwd >${folder.path}/cwd`));
    expect(folder.read('cwd')).toBe('/\n');
  });

  test('inherits the environment unless it sets one, be it empty', () => {
    using folder = makeFolder();
    process.env.TSRUN_TEST_HOOK = 'inherited';
    try {
      const print = (file: string) => `tr '\\0' '\\n' </proc/$$/environ >${file}`;
      run(
        stateIn(folder.path),
        shell(print('none')),
        shell(print('empty'), { env: [] }),
        shell(print('own'), { env: ['A=b'] }),
      );
    } finally {
      delete process.env.TSRUN_TEST_HOOK;
    }
    expect(folder.read('none')).toContain('TSRUN_TEST_HOOK=inherited\n');
    expect(folder.read('empty')).toBe('');
    expect(folder.read('own')).toBe('A=b\n');
  });

  test('has its arguments, the first of them its name', () => {
    using folder = makeFolder();
    const script = join(folder.path, 'program');
    writeFileSync(script, '#!/bin/sh\necho "$*" >>arguments\n');
    chmodSync(script, 0o755);
    run(
      stateIn(folder.path),
      { path: script, args: ['name', 'one', 'two'] },
      { path: script },
      { path: script, args: [] },
    );
    expect(folder.read('arguments')).toBe('one two\n\n\n');
    run(stateIn(folder.path), shell('', { args: ['zero', '-c', "tr '\\0' ' ' </proc/$$/cmdline >cmdline"] }));
    expect(folder.read('cmdline')).toMatch(/^zero -c /);
  });

  test('has no descriptors but three, no ignored or blocked signals, and a process group of its own', () => {
    using folder = makeFolder();
    const status = 'grep -E "^Sig(Ign|Blk)" /proc/self/status >signals; cut -d" " -f1,5 /proc/$$/stat >group';
    run(stateIn(folder.path), shell(status));
    expect(folder.read('signals')).toBe('SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
    const [pid, group] = folder.read('group').trim().split(' ');
    expect(group).toBe(pid);
    const list = { path: '/bin/ls', args: ['ls', '-l', '/proc/self/fd', '/nonexistent'] };
    const { message } = failureOf(() => run(stateIn(folder.path), list));
    // The directory that is being listed is the fourth.
    const open = message.match(/\d+ -> .*/g)?.filter((line) => !line.includes('-> /proc/'));
    const [, pipe] = /1 -> (pipe:.*)/.exec(message) ?? [];
    expect(open).toEqual(['0 -> /memfd:state (deleted)', `1 -> ${pipe}`, `2 -> ${pipe}`]);
  });

  test('that has left a process behind is not waited for any longer', () => {
    using folder = makeFolder();
    const start = performance.now();
    run(stateIn(folder.path), shell('sleep 4 &'));
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('may close its output and go on', () => {
    using folder = makeFolder();
    run(stateIn(folder.path), shell('exec >&- 2>&-; sleep 0.2; echo done >done'));
    expect(folder.read('done')).toBe('done\n');
  });

  test('may write much', () => {
    using folder = makeFolder();
    run(stateIn(folder.path), shell('head -c 3000000 /dev/zero'));
  });

  test('hooks run one after the other', () => {
    using folder = makeFolder();
    run(
      stateIn(folder.path),
      shell('sleep 0.2; echo 1 >>order'),
      shell('echo 2 >>order'),
      shell('echo 3 >>order'),
    );
    expect(folder.read('order')).toBe('1\n2\n3\n');
  });
});

describe('a failure', () => {
  const fail = (hook: Hook) => failureOf(() => run(stateIn('/'), hook));

  test('names the hook and its status, and stops the plan', () => {
    using folder = makeFolder();
    const error = failureOf(() => run(stateIn(folder.path), shell('exit 3'), shell('touch second')));
    expect(error).toMatchObject({
      code: 'hook',
      message: 'error running hook: hooks.createRuntime[0] "/bin/sh" exited with status 3',
      details: {
        pointer: '/hooks/createRuntime/0',
        hint: 'it has written nothing to its standard output and error',
      },
    });
    expect(() => folder.read('second')).toThrow();
  });

  test('shows what the hook has written, its last line first', () => {
    expect(fail(shell('echo one; echo two >&2; exit 1')).message).toBe(
      'error running hook: hooks.createRuntime[0] "/bin/sh" exited with status 1: two\none\ntwo',
    );
    expect(fail(shell('echo no such device >/dev/stderr; exit 1')).message).toBe(
      'error running hook: hooks.createRuntime[0] "/bin/sh" exited with status 1: no such device',
    );
  });

  test('is told from a death by signal', () => {
    expect(fail(shell('kill -TERM $$')).message).toBe(
      'error running hook: hooks.createRuntime[0] "/bin/sh" was killed by signal 15 (SIGTERM)',
    );
    expect(fail(shell('kill -SYS $$')).details.hint).toContain('it made a bad system call');
  });

  test('of execve says why, and where the path is looked up', () => {
    expect(fail({ path: '/nonexistent' })).toMatchObject({
      code: 'hook',
      message:
        'error running hook: hooks.createRuntime[0] "/nonexistent" cannot be executed: execve: ENOENT (no such file or directory)',
      details: {
        pointer: '/hooks/createRuntime/0/path',
        errno: 'ENOENT',
        hint: "the path is looked up in the runtime's own mount namespace; if the file is there, its interpreter is not",
      },
    });
    expect(fail({ path: '/etc/passwd' }).message).toContain('execve: EACCES (permission denied)');
  });

  test('that is a lack of time ends all that the hook has started', () => {
    const start = performance.now();
    const seconds = `6${process.pid}`;
    const error = fail(shell(`echo waiting; sleep ${seconds} & sleep ${seconds}`, { timeout: 1 }));
    expect(error.message).toBe(
      'error running hook: hooks.createRuntime[0] "/bin/sh" failed: hook ran past specified timeout of 1.0s: waiting',
    );
    expect(performance.now() - start).toBeGreaterThan(990);
    // What was killed beside the hook itself is gone a moment later.
    const gone = `i=0; while grep -zqxs ${seconds} /proc/[0-9]*/cmdline
      do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.02; done; exit 9`;
    expect(fail(shell(gone)).message).toContain('status 9');
  });
});

test('a poststop hook that fails is a warning, and the next one is run', () => {
  using folder = makeFolder();
  const warnings: unknown[] = [];
  const log = { debug() {}, warning: (...said: unknown[]) => void warnings.push(said) };
  const state = stateIn(folder.path, { status: 'stopped', pid: 0 });
  runPoststop([shell('echo bad; exit 1'), { path: '/nonexistent' }, shell('cat >state')], state, log);
  expect(warnings).toMatchObject([
    [
      'error running hook: hooks.poststop[0] "/bin/sh" exited with status 1: bad',
      { pointer: '/hooks/poststop/0' },
    ],
    [
      expect.stringContaining('hooks.poststop[1] "/nonexistent" cannot be executed'),
      { pointer: '/hooks/poststop/1/path' },
    ],
  ]);
  expect(JSON.parse(folder.read('state'))).not.toHaveProperty('pid');
});
