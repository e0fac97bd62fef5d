import { expect, test } from 'vitest';
import { refusals } from '../../../bench/refusals.ts';
import { measured, results } from './example.ts';

test('runtimes and commands with the same message share a line', () => {
  const crun = (errors: Readonly<Record<string, string>>) => measured({}, { errors });
  const scopes = {
    rootless: {
      crun: crun({ ps: 'status 1: no container `service-12`', state: 'status 1: no container `service-12`' }),
      'crun of sid': crun({
        ps: 'status 1: no container `service-34-counted`',
        pause: 'status 1: no cgroup',
      }),
    },
  };
  expect(refusals(results({ scopes }))).toEqual([
    'rootless: crun (ps, state), crun of sid (ps): status 1: no container `service`',
    'rootless: crun of sid (pause): status 1: no cgroup',
  ]);
});

test.for([
  ['\x1b[1;31m2026-11-30T21:57:44.218916Z: no file\x1b[0m', 'no file'],
  ['time="2026-11-30T21:59:09Z" level=error msg="no cgroup"', '"no cgroup"'],
  ["cannot run '/tmp/tsrun-bench-fyXidC/sid/usr/sbin/runc'", "cannot run '…/sid/usr/sbin/runc'"],
])('%j becomes %j', ([error = '', text]) => {
  const scopes = { root: { runc: measured({}, { errors: { run: error } }) } };
  expect(refusals(results({ scopes }))).toEqual([`root: runc (run): ${text}`]);
});
