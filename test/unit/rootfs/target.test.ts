/** How the place of a mount is reached, whatever the image has there. */
import { describe, expect, test } from 'vitest';
import type { CallStep, Live, Step } from '../../../src/init/step.ts';
import type { Call, Results, Words } from '../../../src/kernel/call.ts';
import { close } from '../../../src/kernel/calls/file.ts';
import { RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS } from '../../../src/kernel/constants/file.ts';
import { ELOOP, ENOENT } from '../../../src/kernel/errno.ts';
import { mayBeInProc, refuseInsideProc } from '../../../src/rootfs/proc-target.ts';
import { makeFile, stepOnTarget } from '../../../src/rootfs/target.ts';

const PROCFS = new Uint8Array(120);
new DataView(PROCFS.buffer).setUint32(0, 0x9fa0, true);
const live = {} as Live;

function bind(options: { mayBeProc?: boolean; noSymlinks?: boolean } = {}): CallStep {
  return stepOnTarget({
    ...{ name: 'bind', pointer: '/mounts/0', root: 5, path: '/a/link', missing: 'directory' },
    ...options,
    calls: (target) => [close(target)],
  }) as CallStep;
}

/** `struct open_how`: flags, mode, resolve */
function howOf(call: Call | undefined): readonly number[] {
  const how = call?.args[2] as Words | undefined;
  return how?.words.map(Number) ?? [];
}

/** What the step does instead. */
function instead(step: CallStep, errno: number): readonly CallStep[] {
  return step.recover?.({ call: step.calls[0] as Call, errno }) as readonly CallStep[];
}

function onFilesystem(status: Uint8Array): Results {
  return { value: () => 7, bytes: () => status };
}

describe('the place of a mount', () => {
  test('is opened without following links, and that is all where there are none', () => {
    const { calls } = bind();
    expect(calls.map(({ name }) => name)).toEqual(['openat2', 'close']);
    expect(howOf(calls[0])[2]).toBe(RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
  });

  test('behind a link is in the root, and is looked at before it is used', () => {
    const [followed] = instead(bind(), ELOOP);
    expect(followed?.calls.map(({ name }) => name)).toEqual(['openat2', 'fstatfs']);
    expect(howOf(followed?.calls[0])[2]).toBe(RESOLVE_IN_ROOT);
    const steps = followed?.check?.(onFilesystem(new Uint8Array(120)), live) as readonly Step[];
    expect(steps.map((one) => (one.kind === 'calls' ? one.calls.map(({ name }) => name) : []))).toEqual([
      ['close'],
    ]);
  });

  test('behind a link into /proc is refused (CVE-2019-16884)', () => {
    const [followed] = instead(bind(), ELOOP);
    expect(() => followed?.check?.(onFilesystem(PROCFS), live)).toThrow('because it is inside /proc');
    const [allowed] = instead(bind({ mayBeProc: true }), ELOOP);
    expect(allowed?.check?.(onFilesystem(PROCFS), live)).toHaveLength(1);
  });

  test('may not be behind a link at all where its content is trusted', () => {
    expect(instead(bind({ noSymlinks: true }), ELOOP)).toBeUndefined();
  });

  test('is made once where it is missing', () => {
    const [make, again] = instead(bind(), ENOENT);
    expect(make?.calls.some(({ name }) => name === 'mkdirat')).toBe(true);
    expect(instead(again as CallStep, ENOENT)).toBeUndefined();
    expect(instead(again as CallStep, ELOOP)).toHaveLength(1);
  });
});

test('a file is made without opening what may be there: a FIFO would never open', () => {
  const names = makeFile(5, '/a/b').map(({ name }) => name);
  expect(names).toContain('mknodat');
  expect(names).not.toContain('openat');
});

test.for(['/proc/sys', '//proc/./version', '/proc/../proc/1', '/x/../proc/kmsg', '/proc/self/attr/'])(
  '%s is inside /proc',
  (destination) => {
    expect(() => refuseInsideProc(destination, '/mounts/0')).toThrow('because it is inside /proc');
  },
);

test.for(['/proc', '/proc/', '/process/x', '/proc/uptime', '/proc//net/dev', '/x/proc/sys'])(
  '%s may be mounted at',
  (destination) => {
    refuseInsideProc(destination, '/mounts/0');
    expect(mayBeInProc(destination)).toBe(/uptime|dev/.test(destination));
  },
);
