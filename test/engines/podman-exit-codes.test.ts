/** What podman makes of tsrun's failures: its exit codes 125, 126 and 127, and what it tells. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documented } from './setup/documented.ts';
import { busybox, sharedPodman } from './setup/podman.ts';

const shared = sharedPodman();

const notFound = 'OCI runtime attempted to invoke a command that was not found';
const commands = [
  { command: ['sh', '-c', 'exit 42'], code: 42, told: '' },
  { command: ['nosuch'], code: 127, told: `exec: "nosuch": executable file not found in $PATH: ${notFound}` },
  {
    command: ['/no/such'],
    code: 127,
    told: `exec: "/no/such": stat /no/such: no such file or directory: ${notFound}`,
  },
  {
    command: ['/etc/passwd'],
    code: 126,
    told: 'exec: "/etc/passwd": permission denied: OCI permission denied',
  },
  { command: ['/etc'], code: 126, told: 'exec: "/etc": is a directory: permission denied' },
];

describe('podman run', () => {
  test.for(commands)('of $command exits with $code', async ({ command, code, told }, context) => {
    const { podman } = await shared(context);
    const result = await podman(['run', '--rm', '--network', 'none', busybox, ...command]);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(told) });
  });

  test('exits with 125 for what podman itself refuses, and for a runtime that is not there', async (context) => {
    const { podman } = await shared(context);
    const refused = await podman(['run', '--no-such-flag', busybox, 'true']);
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('unknown flag') });
    const absent = await podman(['--runtime', '/no/such', 'run', busybox, 'true']);
    expect(absent).toMatchObject({ code: 125 });
  });
});

test('podman exec exits as the command does, with 126 for what cannot be executed, and with 127 for what is not there', async (context) => {
  const { podman } = await shared(context);
  await podman(['run', '--detach', '--name', 'exec', '--network', 'none', busybox, 'sleep', '1000']);
  for (const { command, code, told } of commands) {
    const result = await podman(['exec', 'exec', ...command]);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(told) });
  }
  await podman(['rm', '--force', '--time', '0', 'exec']);
});

test('a limit that the host does not give is named with what to ask for', async (context) => {
  const { podman } = await shared(context);
  const limits = ['--ulimit', 'nproc=100:100', '--ulimit', 'nofile=100:2000000000'];
  const result = await podman(['run', '--rm', '--network', 'none', ...limits, busybox, 'true']);
  expect(result).toMatchObject({ code: 126, stdout: '' });
  expect(result.stderr).toMatch(
    /cannot set RLIMIT_NOFILE to 100:2000000000: .* is \d+ here: ask for no more/,
  );
});

test('limits that the configuration sets are those of all containers', async (context) => {
  const { run, file } = await shared(context);
  const path = '/etc/containers/with-limits.conf';
  writeFileSync(
    file(path),
    documented('/etc/containers/containers.conf') + documented('containers.conf, limits'),
  );
  const line = ['run', '--rm', '--network', 'none', busybox, 'sh', '-c', 'ulimit -n; ulimit -Hn'];
  const result = await run(['env', `CONTAINERS_CONF=${path}`, 'podman', ...line]);
  expect(result).toMatchObject({ code: 0, stdout: '1024\n4096\n' });
});
