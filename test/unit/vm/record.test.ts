import { expect, test } from 'vitest';
import { recordText } from '../../../scripts/vm/record.ts';

test('one line per run, and how long all took', () => {
  const tally = { passed: 5, failed: 0, skipped: 2 };
  const text = recordText(
    [
      { account: 'root', engine: 'bun', manager: 'cgroupfs', files: [], tally, milliseconds: 100_000 },
      {
        account: 'user',
        engine: 'node',
        manager: 'systemd',
        files: ['ps', 'kill'],
        tally,
        milliseconds: 1e5,
      },
    ],
    'Linux 6',
    new Date('2031-02-03T04:05:06Z'),
  );
  expect(text.split('\n')).toEqual([
    'The last whole run, on 2031-02-03, took 3 minutes: Linux 6.',
    '',
    '| as | cgroup manager | engine | test files | passed | failed | skipped |',
    '|---|---|---|---|---|---|---|',
    '| root | cgroupfs | Bun | all | 5 | 0 | 2 |',
    '| user | systemd | Node | ps, kill | 5 | 0 | 2 |',
  ]);
});
