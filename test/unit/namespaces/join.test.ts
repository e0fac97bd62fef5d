import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Live, Step } from '../../../src/init/step.ts';
import type { Call, Results } from '../../../src/kernel/call.ts';
import {
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
} from '../../../src/kernel/constants/process.ts';
import { EPERM } from '../../../src/kernel/errno.ts';
import { joinSteps } from '../../../src/namespaces/join.ts';
import type { Namespace } from '../../../src/spec/types.ts';

const namespaces: readonly Namespace[] = [
  { type: 'mount', path: '/proc/7/ns/mnt' },
  { type: 'network', path: '/run/netns/blue' },
  { type: 'ipc' },
  { type: 'pid', path: '/proc/7/ns/pid' },
  { type: 'user', path: '/proc/7/ns/user' },
];

function callSteps(steps: readonly Step[] | undefined): readonly CallStep[] {
  return (steps ?? []).filter((step) => step.kind === 'calls');
}

/** The flags of setns, in order. */
function joins(steps: readonly Step[] | undefined): readonly unknown[] {
  return callSteps(steps).flatMap(({ calls }) =>
    calls.filter(({ name }) => name === 'setns').map(({ args }) => args[1]),
  );
}

function answering(value: (of: Call) => number): Results {
  return { value, bytes: () => new Uint8Array() };
}

const live = {} as Live;

describe('joining', () => {
  test('is nothing where all namespaces are new', () => {
    expect(joinSteps([{ type: 'mount' }, { type: 'pid', path: '' }], true)).toEqual([]);
  });

  test('opens everything before it joins anything, and closes it at the end', () => {
    const names = callSteps(joinSteps(namespaces, false)).flatMap(({ calls }) =>
      calls.map(({ name }) => name),
    );
    expect(names.lastIndexOf('openat')).toBeLessThan(names.indexOf('setns'));
    expect(names.slice(-4)).toEqual(['close', 'close', 'close', 'close']);
  });

  test('has the mount namespace last', () => {
    expect(joins(joinSteps([...namespaces.slice(0, 2), { type: 'uts', path: '/u' }], true))).toEqual([
      CLONE_NEWUTS,
      CLONE_NEWNET,
      CLONE_NEWNS,
    ]);
  });

  test('begins with the user namespace for an ordinary user', () => {
    expect(joins(joinSteps(namespaces, false))).toEqual([
      CLONE_NEWUSER,
      CLONE_NEWNET,
      CLONE_NEWPID,
      CLONE_NEWNS,
    ]);
  });

  test('ends with the user namespace for root, and then takes again what was refused', () => {
    const steps = joinSteps(namespaces, true);
    expect(joins(steps)).toEqual([CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWUSER]);
    const last = callSteps(steps).findLast(({ calls }) => calls[0]?.args[1] === CLONE_NEWUSER);
    const refuseMount = answering((call) => (call.args[1] === CLONE_NEWNS ? -EPERM : 0));
    expect(joins(last?.check?.(refuseMount, live))).toEqual([CLONE_NEWNS]);
    expect(
      joins(
        last?.check?.(
          answering(() => 0),
          live,
        ),
      ),
    ).toEqual([]);
  });

  test.each([
    [CLONE_NEWNET, undefined],
    [CLONE_NEWUTS, '"/run/netns/blue" is a uts namespace, and not a network namespace'],
    [-25, '"/run/netns/blue" is no namespace, and not a network namespace'],
  ])('checks the type of what was opened: %s', (type, message) => {
    const open = callSteps(joinSteps(namespaces, true)).find(({ name }) => name.includes('/run/netns/blue'));
    const check = () =>
      open?.check?.(
        answering(() => type),
        live,
      );
    if (message === undefined) expect(check()).toBeUndefined();
    else {
      expect(check).toThrow(expect.objectContaining({ message, code: 'config' }));
      expect(check).toThrow(
        expect.objectContaining({
          details: expect.objectContaining({ pointer: '/linux/namespaces/1/path' }),
        }),
      );
    }
  });

  test('says what a refusal means', () => {
    const step = callSteps(joinSteps(namespaces.slice(1, 2), false)).find(({ name }) =>
      name.startsWith('join'),
    );
    const error = step?.recover?.({ call: step.calls[0] as Call, errno: EPERM });
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as RuntimeError).message).toBe(
      'cannot join the network namespace "/run/netns/blue": setns: EPERM (operation not permitted)',
    );
    expect((error as RuntimeError).details.hint).toContain('user namespace that owns it');
  });
});
