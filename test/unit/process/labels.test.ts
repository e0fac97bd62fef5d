/** AppArmor profiles and SELinux labels: who writes them, where, when, and what is said when that fails. */
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Step } from '../../../src/init/step.ts';
import { EACCES, EINVAL, ENOENT } from '../../../src/kernel/errno.ts';
import { describeCall, nameResults } from '../../../src/kernel/recording.ts';
import { execLabelSteps, initLabels } from '../../../src/process/labels.ts';

const none = { outside: [], begin: [], apply: [] };
const beneath = 'resolve=RESOLVE_NO_XDEV|RESOLVE_NO_MAGICLINKS|RESOLVE_BENEATH}, 24)';

function lines(steps: readonly Step[]): string[] {
  const calls = steps.flatMap((step) => (step.kind === 'calls' ? step.calls : []));
  const names = nameResults(calls);
  return (steps as readonly CallStep[]).flatMap(({ actor, calls: own }) =>
    own.map((call) => `${actor}: ${describeCall(call, names)}`),
  );
}

function all(labels: ReturnType<typeof initLabels>): readonly Step[] {
  return [...labels.outside, ...labels.begin, ...labels.apply];
}

test('nothing is done where none is asked for', () => {
  expect(initLabels({}, true)).toEqual(none);
  expect(initLabels({ apparmorProfile: '', selinuxLabel: '' }, true)).toEqual(none);
  expect(execLabelSteps({}, true)).toEqual([]);
});

describe('an AppArmor profile', () => {
  const labels = initLabels({ apparmorProfile: 'web' }, true);

  test('is written by the init, through a procfs that was opened by the stub', () => {
    expect(lines(all(labels))).toEqual([
      'stub: openat(AT_FDCWD, "/proc", O_DIRECTORY|O_CLOEXEC|O_PATH) = $1',
      'stub: fstatfs($1, [120 bytes, filled in])',
      `init: openat2($1, "self/attr/apparmor/exec", {flags=O_WRONLY|O_CLOEXEC, ${beneath} = $2`,
      'init: close($1)',
      'init: write($2, "exec web", 8)',
      'init: close($2)',
    ]);
    expect(labels.apply.map(({ pointer }) => pointer)).toEqual(['/process/apparmorProfile']);
  });

  test('is refused where /proc is another file system', () => {
    const [open] = labels.outside as readonly CallStep[];
    const looked = (magic: number) => () => {
      const bytes = new Uint8Array(120);
      new DataView(bytes.buffer).setUint32(0, magic, true);
      return open?.check?.({ value: () => 0, bytes: () => bytes }, {} as never);
    };
    expect(looked(0x9fa0)).not.toThrow();
    expect(looked(0x01021994)).toThrow('"/proc" of this machine is not procfs');
  });

  test('goes to the shared attribute on kernels before 5.8', () => {
    const [open] = labels.begin as readonly CallStep[];
    const call = open?.calls[0];
    if (!call) throw new TypeError('no call');
    const recovered = open?.recover?.({ call, errno: ENOENT });
    expect(lines(recovered as readonly Step[])).toEqual([
      expect.stringContaining('openat2($openat, "self/attr/exec", {flags=O_WRONLY|O_CLOEXEC'),
    ]);
  });

  test.each([
    [EINVAL, /not enabled on this machine/],
    [ENOENT, /apparmor_parser/],
    [EACCES, /tsrun itself/],
  ])('that fails with errno %i says why', (errno, hint) => {
    const [apply] = labels.apply as readonly CallStep[];
    const call = apply?.calls[0];
    if (!call) throw new TypeError('no call');
    const error = apply?.recover?.({ call, errno });
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as RuntimeError).message).toContain('cannot apply the AppArmor profile "web": write: ');
    expect((error as RuntimeError).details.hint).toMatch(hint);
  });

  test('"unconfined" is what a process is where there is no AppArmor', () => {
    expect(lines(initLabels({ apparmorProfile: 'unconfined' }, true).apply)[0]).toMatch(/EINVAL is fine/);
  });
});

test('an SELinux label is that of the session keyring too', () => {
  const process = { selinuxLabel: 'system_u:system_r:container_t:s0' };
  const text = lines(all(initLabels(process, true)));
  expect(text.filter((line) => line.startsWith('init: write'))).toEqual([
    'init: write($3, "system_u:system_r:container_t:s0", 32)',
    'init: write($2, "system_u:system_r:container_t:s0", 32)',
  ]);
  expect(
    text.filter((line) => line.includes('openat2')).map((line) => line.match(/"(.*)", .* = (.*)$/)?.slice(1)),
  ).toEqual([
    ['self/attr/exec', '$2'],
    ['self/attr/keycreate', '$3'],
  ]);
  expect(lines(all(initLabels(process, false))).join()).not.toContain('keycreate');
});

test('exec has its stub write them, before it joins anything', () => {
  const steps = execLabelSteps({ apparmorProfile: 'web', selinuxLabel: 'l' }, false);
  const text = lines(steps);
  expect(text.every((line) => line.startsWith('stub: '))).toBe(true);
  expect(text.filter((line) => line.includes('write('))).toHaveLength(2);
  expect(text.at(-1)).toBe('stub: close($1)');
});
