import { describe, expect, test } from 'vitest';
import { message, messageFor, validConfig } from '../fixture.ts';

describe('process', () => {
  test('needs a command', async () => {
    expect(await messageFor(({ process }) => Object.assign(process, { args: [] }))).toBe(
      '/process/args: expected at least one string, found an empty array; write ["sh"]',
    );
  });

  test('has an environment of assignments', async () => {
    const text = await messageFor(({ process }) => Object.assign(process, { env: ['A=', 'B', '=c', ''] }));
    expect(text).toContain(
      '/process/env/1: expected NAME=value, found the string "B"; write "B=" for an empty value',
    );
    expect(text).toContain('/process/env/2: expected NAME=value, found the string "=c"');
    expect(text).toContain('/process/env/3: expected NAME=value, found the string ""');
    expect(text).not.toContain('/process/env/0');
  });

  test('has a umask of nine bits', async () => {
    expect(await messageFor(({ process }) => Object.assign(process.user, { umask: 0o1000 }))).toBe(
      '/process/user/umask: expected a mask up to 511 (octal 777), found the number 512 (octal 1000); ' +
        'JSON has no octal numbers: octal 022 is 18',
    );
  });

  test('cannot run as the id that means none', async () => {
    expect(await messageFor(({ process }) => Object.assign(process.user, { uid: 4294967295 }))).toBe(
      '/process/user/uid: expected an integer from 0 to 4294967294, found the number 4294967295',
    );
  });

  test('has a console of at most 65535 rows and columns', async () => {
    const consoleSize = { height: 65536, width: -1 };
    const text = await messageFor(({ process }) => Object.assign(process, { consoleSize }));
    expect(text).toContain('/process/consoleSize/height: expected an integer from 0 to 65535');
    expect(text).toContain('/process/consoleSize/width: expected an integer from 0 to 65535');
  });

  test('has each rlimit once', async () => {
    const rlimit = { type: 'RLIMIT_NOFILE', soft: 1, hard: 1 };
    expect(await messageFor(({ process }) => process.rlimits.push(rlimit))).toBe(
      '/process/rlimits/1: expected each type once, found a duplicate of [0], "RLIMIT_NOFILE"; remove one of them',
    );
  });

  test('has no soft limit above the hard one', async () => {
    const rlimit = { type: 'RLIMIT_CORE', soft: 2, hard: 1 };
    expect(await messageFor(({ process }) => process.rlimits.push(rlimit))).toBe(
      '/process/rlimits/1/soft: expected a soft limit up to the hard limit, found soft 2 and hard 1',
    );
  });
});

describe('the scheduler', () => {
  test.each([
    [{ policy: 'SCHED_OTHER', nice: 20 }, 'nice: expected from -20 to 19, found the number 20'],
    [{ policy: 'SCHED_FIFO' }, 'priority: expected from 1 to 99 with SCHED_FIFO, found the number 0'],
    [{ policy: 'SCHED_RR', priority: 100 }, 'priority: expected from 1 to 99 with SCHED_RR'],
    [{ policy: 'SCHED_BATCH', priority: 1 }, 'priority: expected none with SCHED_BATCH'],
    [{ policy: 'SCHED_FIFO', priority: 1, runtime: 5 }, 'runtime: expected none with SCHED_FIFO'],
    [{ policy: 'SCHED_DEADLINE', deadline: 5000 }, 'runtime: expected at least 1024 nanoseconds'],
    [{ policy: 'SCHED_DEADLINE', runtime: 5000 }, 'deadline: expected nanoseconds, at least the runtime'],
    [
      { policy: 'SCHED_DEADLINE', runtime: 5000, deadline: 9000, period: 8000 },
      'period: expected nanoseconds, at least the deadline, found the number 8000',
    ],
    [{ policy: 'SCHED_ISO' }, 'policy: expected a policy that Linux has, found the string "SCHED_ISO"'],
  ])('%j is refused', async (scheduler, text) => {
    expect(await messageFor(({ process }) => Object.assign(process, { scheduler }))).toContain(
      `/process/scheduler/${text}`,
    );
  });

  test('has times below 2^63', async () => {
    const text = JSON.stringify(validConfig()).replace(
      '"args"',
      '"scheduler":{"policy":"SCHED_DEADLINE","runtime":5000,"deadline":9000,"period":9223372036854775808},"args"',
    );
    expect(await message(text)).toContain(
      '/process/scheduler/period: expected less than 2^63 nanoseconds, found the number 9223372036854775808',
    );
  });
});

test('I/O priorities are from 0 to 7', async () => {
  const ioPriority = { class: 'IOPRIO_CLASS_BE', priority: 8 };
  expect(await messageFor(({ process }) => Object.assign(process, { ioPriority }))).toBe(
    '/process/ioPriority/priority: expected from 0 (highest) to 7 (lowest), found the number 8',
  );
});

test.each(['0,', '1-0', 'a', '0--1', '-1', '99999', '0 1'])('%j is no list of processors', async (final) => {
  expect(await messageFor(({ process }) => Object.assign(process, { execCPUAffinity: { final } }))).toBe(
    `/process/execCPUAffinity/final: expected a list of processors such as "0-3,7", found the string "${final}"`,
  );
});
