import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Step } from '../../../src/init/step.ts';
import type { Call, Results } from '../../../src/kernel/call.ts';
import { EACCES, EINVAL, ENOENT, EPERM, EXDEV } from '../../../src/kernel/errno.ts';
import { sysctlSteps } from '../../../src/namespaces/sysctl.ts';
import type { Namespace } from '../../../src/spec/types.ts';
import { shortCalls } from '../cgroups/recorded.ts';

const namespaces: readonly Namespace[] = [{ type: 'network' }, { type: 'ipc', path: '/i' }, { type: 'uts' }];

function stepsOf(values: Record<string, string>, all = namespaces, own = false): readonly Step[] {
  return sysctlSteps(values, all, () => own);
}

function recovery(step: Step | undefined, errno: number, index = 0) {
  const { calls, recover } = step as CallStep;
  return recover?.({ call: calls[index] as Call, errno });
}

test('without sysctls nothing is done', () => {
  expect(stepsOf({})).toEqual([]);
  expect(sysctlSteps(undefined, namespaces, () => true)).toEqual([]);
});

test('a sysctl is written below a procfs of its own', () => {
  const steps = stepsOf({ 'net.ipv4.conf.a/b.forwarding': '1', 'kernel.domainname': 'd' });
  expect(shortCalls(steps)).toEqual([
    ...['fsopen proc', 'fsconfig', 'fsmount', 'close'],
    ...['openat2 sys/net/ipv4/conf/a.b/forwarding', 'write 1', 'close'],
    'setdomainname d',
    'close',
  ]);
  expect(steps[1]?.pointer).toBe('/linux/sysctl/net.ipv4.conf.a~1b.forwarding');
});

describe('where no procfs can be mounted', () => {
  const results = (type: number, inode: bigint): Results => ({
    value: () => 7,
    bytes: ({ name }) => {
      const bytes = new Uint8Array(256);
      const view = new DataView(bytes.buffer);
      if (name === 'fstatfs') view.setBigInt64(0, BigInt(type), true);
      else view.setBigUint64(32, inode, true);
      return bytes;
    },
  });

  function existing(): CallStep {
    const [open] = stepsOf({ 'net.x.y': '1' });
    expect(recovery(open, EINVAL)).toBeUndefined();
    return (recovery(open, EPERM) as readonly CallStep[])[0] as CallStep;
  }

  test('the one that is there is taken', () => {
    const defined: unknown[] = [];
    existing().check?.(results(0x9fa0, 1n), { define: (...what: unknown[]) => defined.push(what) } as never);
    expect(defined).toEqual([[expect.objectContaining({ kind: 'call' }), 7]]);
  });

  test.each([
    [0x9fa0, 2n],
    [0x01021994, 1n],
  ])('but not another file system (%i, inode %i)', (type, inode) => {
    expect(() => existing().check?.(results(type, inode), {} as never)).toThrow('not the root of a procfs');
  });
});

describe('a sysctl of the namespace that the caller is in', () => {
  test.each([
    [
      'kernel.sem',
      namespaces,
      'sysctl "kernel.sem" is not allowed in the host\'s ipc namespace, which "/i" is',
    ],
    ['user.max_x', namespaces, 'sysctl "user.max_x" is not allowed in the host\'s user namespace'],
  ] as const)('is refused: %s', (name, all, message) => {
    try {
      stepsOf({ [name]: '1' }, all, true);
    } catch (error) {
      expect(error).toMatchObject({ message, details: { pointer: `/linux/sysctl/${name}` } });
      return;
    }
    throw new Error('it was not refused');
  });

  test('is another one where the namespace is new, or joined and another', () => {
    expect(stepsOf({ 'net.x.y': '1' }, namespaces, true)).toHaveLength(3);
    expect(stepsOf({ 'kernel.sem': '1' }, namespaces, false)).toHaveLength(3);
    expect(stepsOf({ 'user.x': '1' }, [{ type: 'user' }], true)).toHaveLength(3);
  });
});

describe('a refusal', () => {
  const error = (name: string, errno: number, all = namespaces) => {
    const better = recovery(stepsOf({ [name]: '1' }, all)[1], errno);
    if (!(better instanceof RuntimeError)) throw new Error('no better error');
    return `${better.message}: ${better.details.hint}`;
  };

  test.each([
    ['net.x.y', ENOENT, 'has no such sysctl in a new network namespace'],
    ['net.ipv4.conf.eth7.forwarding', ENOENT, 'is there an interface "eth7"'],
    ['net.ipv4.conf.all.nosuch', ENOENT, 'has no such sysctl'],
    ['net.x.y', EINVAL, 'does not take this value'],
    ['net.x.y', EXDEV, 'masked or read-only'],
    ['net.x.y', EACCES, 'cannot be written in a network namespace'],
  ] as const)('of %s with errno %i is explained', (name, errno, words) => {
    const text = error(name, errno);
    expect(text).toContain(`cannot set the sysctl "${name}" to "1": openat2: E`);
    expect(text).toContain(words);
  });

  test('in a user namespace is its doing', () => {
    expect(error('net.x.y', EPERM, [...namespaces, { type: 'user' }])).toContain(
      'does not let the root of a user namespace set it',
    );
  });
});
