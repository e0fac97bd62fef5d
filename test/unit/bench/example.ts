/** Results of a measurement that never was. */
import type { Sample, Task } from '../../../bench/protocol.ts';
import type { Measured, Results } from '../../../bench/results.ts';

type Lists = Readonly<Partial<Record<Task, readonly (Sample | null)[]>>>;

export function measured(samples: Lists, more: Partial<Measured> = {}): Measured {
  return { samples: samples as Measured['samples'], errors: {}, ...more };
}

/** Samples of one part. */
export function part(name: string, ...values: readonly (number | null)[]): (Sample | null)[] {
  return values.map((value) => (value === null ? null : { [name]: value }));
}

export function results(more: Partial<Results> = {}): Results {
  return {
    date: '2026-12-01T10:00',
    host: {
      kind: '2-core-vm',
      kernel: '6.12',
      cpu: 'Some <CPU>',
      memory: '4 GiB',
      cgroups: '9 of version 1, 1 of version 2',
    },
    versions: {
      tsrun: 'tsrun version 0.1.0, commit: abc',
      runc: 'runc version 1.1.5+ds1, commit: 1.1.5',
      crun: 'crun version 1.8.1, commit: def',
      'runc of Debian 13': 'runc version 1.1.15+ds1',
    },
    missing: ['crun of sid: no network'],
    runs: 3,
    sizes: [{ name: 'tsrun_0.1.0_amd64.deb', bytes: 3_100_000 }],
    scopes: { root },
    complete: true,
    ...more,
  };
}

const whole = 'v1: 9 of 9, v2';

const root = {
  tsrun: measured(
    {
      run: part('run', 4, 5, 50),
      'count-run': part('instructions', 54_000_000),
      foreground: part('resident', 3_000_000, 3_500_000),
      events: part('events', 3, 3, 3),
    },
    { cgroups: whole },
  ),
  'tsrun on Node': measured({ run: part('run', 30, null, null) }, { cgroups: whole }),
  runc: measured(
    { run: part('run', 10, 10, 100), events: part('events', 2, 2, 2) },
    { cgroups: whole, errors: { 'count-run': 'callgrind gives up' } },
  ),
  crun: measured(
    { run: part('run', 5, 5, 20) },
    { cgroups: 'none: switched off', errors: { events: 'unknown command events', pause: 'no cgroup' } },
  ),
  'runc of Debian 13': measured({ run: part('run', 20, 20, 200) }, { cgroups: whole }),
};
