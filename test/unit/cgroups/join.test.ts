import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { execJoinCgroups } from '../../../src/cgroups/exec-join.ts';
import { type Join, joinCgroups } from '../../../src/cgroups/join.ts';
import { type CgroupDirectory, containerCgroups } from '../../../src/cgroups/paths.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep } from '../../../src/init/step.ts';
import type { Call } from '../../../src/kernel/call.ts';
import { EACCES, EBUSY, EEXIST, EINVAL, ENOENT } from '../../../src/kernel/errno.ts';
import { isTolerated } from '../../../src/kernel/local.ts';
import { hybrid, unified } from './hosts.ts';
import { allResults, shortCalls } from './recorded.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

/** The one of the stub. */
function only({ steps }: Pick<Join, 'steps'>): CallStep {
  const [step, ...others] = steps.filter((each) => each.kind !== 'calls' || each.actor === 'stub');
  if (others.length > 0 || step?.kind !== 'calls') throw new TypeError('expected one step with calls');
  return step;
}

/** A cgroup in one hierarchy, below a directory of ours. */
function directory(name: string, controllers: string[] = [name]): CgroupDirectory {
  mkdirSync(join(base, name));
  return { version: 1, controllers, path: join(base, name, 'web') };
}

describe('the usual case', () => {
  const { directories } = containerCgroups(hybrid, { id: 'web' });

  test('is one list: directories, cpuset, devices, members', () => {
    const calls = shortCalls(
      joinCgroups({ directories, devices: [], permission: 'required', unified: 'attach' }).steps,
    );
    const cgroup = '/sys/fs/cgroup';
    expect(calls.slice(0, 6)).toEqual(directories.map(({ path }) => `mkdirat ${path}`));
    expect(calls.slice(6, 12)).toEqual([
      `openat ${cgroup}/cpuset/cpuset.cpus`,
      ...['read', 'close'],
      `openat ${cgroup}/cpuset/web/cpuset.cpus`,
      ...['write', 'close'],
    ]);
    expect(calls).toContain('write a *:* rwm');
    expect(calls.slice(-6)).toEqual([
      ...[`openat ${cgroup}/systemd/web/tasks`, 'write 0', 'close'],
      ...[`openat ${cgroup}/unified/web/cgroup.procs`, 'write 0', 'close'],
    ]);
  });

  test('leaves version 2 to clone3 where it is asked to', () => {
    const made = joinCgroups({ directories, permission: 'required', unified: 'clone' });
    const last = made.steps.at(-1);
    expect(last?.kind === 'calls' && last.calls).toEqual([made.unified]);
    expect(shortCalls(made.steps)).not.toContain('openat /sys/fs/cgroup/unified/web/cgroup.procs');
    expect(shortCalls(made.attachUnified)[0]).toBe('openat /sys/fs/cgroup/unified/web/cgroup.procs');
  });

  test('without device rules the controller is left alone', () => {
    const calls = shortCalls(joinCgroups({ directories, permission: 'required', unified: 'attach' }).steps);
    expect(calls.filter((call) => call.includes('devices.'))).toEqual([]);
  });

  test('no hierarchies, no steps', () => {
    expect(joinCgroups({ directories: [], permission: 'required', unified: 'clone' }).steps).toEqual([]);
  });
});

describe('an ordinary user', () => {
  const { directories } = containerCgroups(unified, { id: 'web' });
  const join = () =>
    joinCgroups({ directories, devices: [], permission: 'optional', rootless: true, unified: 'attach' });

  test('goes on without cgroups where none may be made', () => {
    const joined = join();
    expect(
      only(joined).check?.(
        allResults(() => -EACCES),
        {} as never,
      ),
    ).toBeUndefined();
    expect([...joined.outcome.refused]).toEqual(directories.map(({ path }) => path));
  });

  test('joins what could be made', () => {
    const joined = join();
    const next =
      only(joined).check?.(
        allResults(() => 0),
        {} as never,
      ) ?? [];
    expect(shortCalls(next)).toContain('write 0');
    expect(joined.outcome.refused.size).toBe(0);
  });
});

describe('device rules on version 2', () => {
  const { directories } = containerCgroups(unified, { id: 'web' });
  const request = { directories, permission: 'required', unified: 'clone' } as const;

  test('are a program, attached before anything is cloned', () => {
    const { steps } = joinCgroups({ ...request, devices: [] });
    const last = steps.at(-1);
    expect(last).toMatchObject({ actor: 'runtime', name: 'restrict the devices' });
    expect(shortCalls(last ? [last] : [])).toEqual([
      'bpf',
      `openat ${directories[0]?.path}`,
      ...['bpf', 'bpf', 'close', 'close'],
    ]);
  });

  test('that allow everything, or that nobody gave, cost nothing', () => {
    const without = joinCgroups(request).steps.length;
    const everything = [
      { allow: false, access: 'rwm' },
      { allow: true, access: 'rwm' },
    ];
    expect(joinCgroups({ ...request, devices: everything }).steps).toHaveLength(without);
  });

  test('are the controller of version 1 where that is mounted', () => {
    const { directories: both } = containerCgroups(hybrid, { id: 'web' });
    const { steps } = joinCgroups({ ...request, directories: both, devices: [] });
    expect(shortCalls(steps)).toContain('write a *:* rwm');
    expect(shortCalls(steps)).not.toContain('bpf');
  });
});

describe('a cgroup that is there already', () => {
  function joinExisting(target: CgroupDirectory) {
    const joined = joinCgroups({ directories: [target], permission: 'required', unified: 'attach' });
    const step = only(joined);
    const [call] = step.calls;
    if (!call) throw new TypeError('no calls');
    return { joined, outcome: step.recover?.({ call, errno: EEXIST }) };
  }

  test('is taken when it is empty', () => {
    const target = directory('pids');
    mkdirSync(target.path);
    const { outcome, joined } = joinExisting(target);
    expect(Array.isArray(outcome) && shortCalls(outcome)).toContain(`openat ${target.path}/tasks`);
    expect(joined.outcome.occupied).toBe(false);
  });

  test('is refused when there are processes in it, or below it', () => {
    const target = directory('pids');
    mkdirSync(join(target.path, 'inner'), { recursive: true });
    writeFileSync(join(target.path, 'inner/cgroup.procs'), '7\n8\n');
    const { outcome, joined } = joinExisting(target);
    expect(outcome).toMatchObject({ message: "container's cgroup is not empty: 2 process(es) found" });
    expect(joined.outcome.occupied).toBe(true);
  });

  test('is refused when it is frozen', () => {
    const target = directory('freezer');
    mkdirSync(target.path);
    writeFileSync(join(target.path, 'freezer.state'), 'FROZEN\n');
    expect(joinExisting(target).outcome).toMatchObject({ message: "container's cgroup unexpectedly frozen" });
  });
});

test('missing parents are made, and a cpuset is filled in from the top', () => {
  mkdirSync(join(base, 'cpuset'));
  writeFileSync(join(base, 'cpuset/cpuset.cpus'), '0-1\n');
  writeFileSync(join(base, 'cpuset/cpuset.mems'), '0\n');
  const path = join(base, 'cpuset/a/web');
  const directories = [{ version: 1, controllers: ['cpuset'], path } as const];
  const step = only(joinCgroups({ directories, permission: 'required', unified: 'attach' }));
  const steps = step.recover?.({ call: step.calls[0] as never, errno: ENOENT });
  const calls = Array.isArray(steps) ? shortCalls(steps) : [];
  expect(calls.slice(0, 2)).toEqual([`mkdirat ${base}/cpuset/a`, `mkdirat ${path}`]);
  expect(calls.filter((call) => call.endsWith('cpuset.cpus'))).toEqual([
    ...[`openat ${base}/cpuset/cpuset.cpus`, `openat ${base}/cpuset/a/cpuset.cpus`],
    ...[`openat ${base}/cpuset/a/cpuset.cpus`, `openat ${path}/cpuset.cpus`],
  ]);
});

test('version 2 beside version 1 is done without where it is refused', () => {
  const { path } = directory('unified');
  const directories = [directory('pids'), { version: 2, controllers: [], path } as const];
  const join = joinCgroups({ directories, permission: 'required', unified: 'attach' });
  const step = only(join);
  const [again] = (step.recover?.({ call: step.calls[1] as never, errno: EACCES }) ?? []) as CallStep[];
  const refused = (call: Call) => (call.args.includes(path) ? -EACCES : 0);
  expect(again?.check?.(allResults(refused), {} as never)).toBeUndefined();
  expect([...join.outcome.refused]).toEqual([path]);
});

test('the first failure of the second attempt is the error', () => {
  const target = directory('pids');
  const step = only(joinCgroups({ directories: [target], permission: 'required', unified: 'attach' }));
  const [again] = (step.recover?.({ call: step.calls[0] as never, errno: EINVAL }) ?? []) as CallStep[];
  const refused = () =>
    again?.check?.(
      allResults(() => -EACCES),
      {} as never,
    );
  expect(refused).toThrow(RuntimeError);
  expect(refused).toThrow(/cannot join the cgroup "web": mkdirat in ".*": EACCES/);
});

describe('a further process', () => {
  test('enters all directories', () => {
    for (const [name, file] of [
      ['v1', 'tasks'],
      ['v2', 'cgroup.procs'],
    ] as const) {
      mkdirSync(join(base, name));
      writeFileSync(join(base, name, file), '');
    }
    const paths = ['v1', 'v2'].map((name) => join(base, name));
    expect(shortCalls(execJoinCgroups(paths, 'attach').steps)).toEqual([
      ...[`openat ${base}/v1/tasks`, 'write 0', 'close'],
      ...[`openat ${base}/v2/cgroup.procs`, 'write 0', 'close'],
    ]);
    expect(execJoinCgroups(paths, 'clone').unified?.args[1]).toBe(`${base}/v2`);
  });

  test('that clone3 cannot put there enters by the same handle, or where the first process is', () => {
    const path = join(base, 'v2');
    mkdirSync(path);
    writeFileSync(join(path, 'cgroup.procs'), '');
    const { unified, attachUnified } = execJoinCgroups([path], 'clone', { fallback: () => `${path}/leaf` });
    const [attach] = attachUnified as readonly CallStep[];
    expect(attach?.calls[0]?.args.slice(0, 2)).toEqual([unified, 'cgroup.procs']);
    const failed = { call: attach?.calls[1] as Call, errno: EBUSY };
    const instead = (attach?.recover?.(failed) as readonly CallStep[] | undefined)?.[0];
    expect(instead?.calls[0]?.args.slice(0, 2)).toEqual([unified, 'leaf/cgroup.procs']);
    expect(instead?.recover?.(failed)).toBeInstanceOf(RuntimeError);
    const elsewhere = execJoinCgroups([path], 'clone', { fallback: () => '/other' }).attachUnified;
    expect((elsewhere[0] as CallStep).recover?.(failed)).toBeInstanceOf(RuntimeError);
  });

  test('has nothing to do without cgroups', () => {
    expect(execJoinCgroups([], 'clone').steps).toEqual([]);
  });

  test.each([
    ['clone', false],
    ['clone', true],
    ['attach', false],
  ] as const)('does not go on without one that is gone: %s, privileged %s', (manner, privileged) => {
    const path = join(base, 'gone');
    const [open] = execJoinCgroups([path], manner, { privileged }).steps as readonly CallStep[];
    const call = open?.calls[0] as Call;
    expect(isTolerated(call, ENOENT)).toBe(false);
    expect(open?.recover?.({ call, errno: ENOENT })).toMatchObject({
      message: expect.stringContaining(`in "${path}": ENOENT`),
    });
  });
});
