import { describe, expect, test } from 'vitest';
import { action, step } from '../../../src/init/step.ts';
import { call, tolerate } from '../../../src/kernel/call.ts';
import { close, mkdirat, openat } from '../../../src/kernel/calls/file.ts';
import { execve, prctl } from '../../../src/kernel/calls/process.ts';
import { AT_FDCWD, O_PATH } from '../../../src/kernel/constants/file.ts';
import { PR_CAPBSET_DROP } from '../../../src/kernel/constants/process.ts';
import { EEXIST, EINVAL } from '../../../src/kernel/errno.ts';
import { type Plan, planJson, printPlan } from '../../../src/plan/print.ts';

const directory = openat(AT_FDCWD, '/a', O_PATH);
const listener = call('socket');

const plan: Plan = {
  create: [
    action('map the ids', '/linux/uidMappings', ['write("/proc/PID/uid_map", "0 0 1\\n")'], () => {}),
    step('init', 'make "/a/b"', '/mounts/0', [
      directory,
      tolerate(mkdirat(directory, 'b', 0o755), EEXIST),
      close(directory),
    ]),
  ],
  start: [step('init', 'stop listening', '', [close(listener)])],
  handles: { listener },
};

describe('the printed plan', () => {
  test('numbers the steps, says who does them and why, and lists their calls', () => {
    expect(printPlan(plan)).toBe(`create

  1. runtime map the ids  [/linux/uidMappings]
       write("/proc/PID/uid_map", "0 0 1\\n")

  2. init    make "/a/b"  [/mounts/0]
       openat(AT_FDCWD, "/a", O_CLOEXEC|O_PATH) = $1
       mkdirat($1, "b", 0755)  (EEXIST is fine)
       close($1)

start

  3. init    stop listening
       close($listener)
`);
  });

  test('is, as JSON, the same in data', () => {
    expect(planJson(plan)).toEqual({
      create: [
        {
          step: 1,
          name: 'map the ids',
          actor: 'runtime',
          pointer: '/linux/uidMappings',
          does: ['write("/proc/PID/uid_map", "0 0 1\\n")'],
        },
        {
          step: 2,
          name: 'make "/a/b"',
          actor: 'init',
          pointer: '/mounts/0',
          calls: [
            { call: 'openat', args: ['AT_FDCWD', '"/a"', 'O_CLOEXEC|O_PATH'], result: '$1' },
            { call: 'mkdirat', args: ['$1', '"b"', '0755'], tolerates: ['EEXIST'] },
            { call: 'close', args: ['$1'] },
          ],
        },
      ],
      start: [
        {
          step: 3,
          name: 'stop listening',
          actor: 'init',
          pointer: '',
          calls: [{ call: 'close', args: ['$listener'] }],
        },
      ],
    });
  });

  test('folds many prctl(2) that differ in one argument, and loses none of them', () => {
    const dropped = [0, 1, 2, 21].map((number) => tolerate(prctl(PR_CAPBSET_DROP, number), EINVAL));
    const folding = { create: [step('init', 'drop', '', [...dropped, prctl(4, 0)])], start: [] };
    expect(printPlan(folding)).toContain(`
       prctl(PR_CAPBSET_DROP, …) for each of 4:  (EINVAL is fine)
           CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_SYS_ADMIN
       prctl(PR_SET_DUMPABLE, 0)
`);
    expect((planJson(folding) as { create: { calls: unknown[] }[] }).create[0]?.calls).toHaveLength(5);
  });

  test('breaks long calls between arguments and never inside one', () => {
    const argv = ['sh', '-c', 'x, '.repeat(60)];
    const text = printPlan({
      create: [],
      start: [step('init', 'execute', '', [execve('/bin/sh', argv, [])])],
    });
    expect(text.split('\n').slice(-4)).toEqual([
      '       execve("/bin/sh",',
      `           ["sh", "-c", ${JSON.stringify('x, '.repeat(60))}],`,
      '           [])',
      '',
    ]);
  });
});
