import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EINVAL, ENOSPC, EPERM } from '../../../src/kernel/errno.ts';
import {
  appArmorHint,
  explainNamespaceFailure,
  explainUserNamespaceFailure,
} from '../../../src/namespaces/explain.ts';
import { ordinary, root } from './fixture.ts';

let proc: string;

/** A /proc of a kernel with all namespaces but time, and nothing that forbids them. */
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'tsrun-proc-'));
  mkdirSync(join(proc, 'self/ns'), { recursive: true });
  for (const name of ['user', 'mnt', 'net', 'pid', 'ipc', 'uts', 'cgroup']) {
    symlinkSync(`${name}:[1]`, join(proc, 'self/ns', name));
  }
  put('self/mountinfo', '21 1 8:1 / / rw - ext4 /dev/vda rw\n');
  put('self/status', 'Name:\tnode\nNoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t2\n');
  put('sys/user/max_user_namespaces', '15000\n');
});

afterEach(() => {
  rmSync(proc, { recursive: true });
});

function put(file: string, text: string): void {
  mkdirSync(dirname(join(proc, file)), { recursive: true });
  writeFileSync(join(proc, file), text);
}

describe('a refused user namespace', () => {
  test('without a known cause has no hint', () => {
    expect(explainUserNamespaceFailure(EPERM, proc)).toEqual({
      message: 'cannot create a user namespace: EPERM (operation not permitted)',
    });
  });

  test.each([
    ['sys/user/max_user_namespaces', '0\n', ENOSPC, 'sysctl -w user.max_user_namespaces=15000'],
    ['sys/kernel/unprivileged_userns_clone', '0\n', EPERM, 'sysctl -w kernel.unprivileged_userns_clone=1'],
    ['sys/kernel/apparmor_restrict_unprivileged_userns', '1\n', EPERM, '/etc/apparmor.d'],
    ['self/mountinfo', '21 1 8:1 / /proc rw - proc proc rw\n', EPERM, 'chroot'],
    ['self/status', 'Name:\tnode\nSeccomp:\t2\n', EPERM, 'seccomp=unconfined'],
  ])('because of %s is explained', (file, text, errno, hint) => {
    put(file, text);
    expect(explainUserNamespaceFailure(errno, proc).hint).toContain(hint);
  });

  test('at the limit says the limit', () => {
    expect(explainUserNamespaceFailure(ENOSPC, proc).hint).toContain('user.max_user_namespaces = 15000');
  });

  test('with several causes names them all', () => {
    put('sys/kernel/unprivileged_userns_clone', '0\n');
    put('sys/kernel/apparmor_restrict_unprivileged_userns', '1\n');
    const { hint } = explainUserNamespaceFailure(EPERM, proc);
    expect(hint).toContain('unprivileged_userns_clone');
    expect(hint).toContain('AppArmor');
  });

  test('is restricted by AppArmor only where the sysctl says 1', () => {
    expect(appArmorHint(proc)).toBeUndefined();
    put('sys/kernel/apparmor_restrict_unprivileged_userns', '0\n');
    expect(appArmorHint(proc)).toBeUndefined();
  });
});

describe('other refused namespaces', () => {
  test('that the kernel lacks are named with their build option', () => {
    expect(explainNamespaceFailure(EINVAL, [{ type: 'time' }, { type: 'pid' }], root, proc)).toEqual({
      message: 'cannot create the namespaces pid, time: EINVAL (invalid argument)',
      hint: 'this kernel is built without CONFIG_TIME_NS: remove them from /linux/namespaces',
    });
  });

  test('without privileges need a user namespace', () => {
    const { hint } = explainNamespaceFailure(EPERM, [{ type: 'network' }], ordinary, proc);
    expect(hint).toContain('add {"type": "user"} to /linux/namespaces');
  });

  test('at a limit name the one that is 0', () => {
    put('sys/user/max_net_namespaces', '0\n');
    const { hint } = explainNamespaceFailure(ENOSPC, [{ type: 'network' }, { type: 'user' }], root, proc);
    expect(hint).toBe(
      'the sysctl user.max_net_namespaces is 0: as root: sysctl -w user.max_net_namespaces=15000',
    );
  });
});
