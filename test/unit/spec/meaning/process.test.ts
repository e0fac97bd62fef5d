import { describe, expect, test } from 'vitest';
import { messageFor } from '../fixture.ts';

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
