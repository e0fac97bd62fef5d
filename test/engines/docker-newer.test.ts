/** The Docker of a newer Debian with tsrun. */
import { expect, test } from 'vitest';
import { patience } from '../setup/patience.ts';
import { busybox, makeDockerHost, needDocker } from './setup/docker.ts';
import { debian13, needOtherDebian } from './setup/other-debian.ts';

test("Debian 13's Docker runs, builds, pauses and limits containers", {
  timeout: patience(600_000),
}, async (context) => {
  needDocker(context);
  needOtherDebian(context);
  await using host = await makeDockerHost(debian13);
  const { said, docker } = host;
  expect(
    Number.parseInt(await said('version', '--format', '{{.Server.Version}}'), 10),
  ).toBeGreaterThanOrEqual(26);
  expect(await said('info', '--format', '{{.DefaultRuntime}}')).toBe('tsrun');

  for (const [command, code, told] of [
    ['true', 0, ''],
    ['nosuch', 127, 'exec: "nosuch": executable file not found in $PATH'],
    ['/etc', 126, 'exec: "/etc": is a directory'],
    ['/etc/passwd', 126, 'exec: "/etc/passwd": permission denied'],
  ] as const) {
    const result = await docker(['run', '--rm', busybox, command]);
    expect(result).toMatchObject({ code, stderr: expect.stringContaining(told) });
  }
  const bound = await docker(['run', '--rm', '--volume', '/etc/passwd:/etc', busybox, 'true']);
  expect(bound.stderr).toContain('Are you trying to mount a directory onto a file');
  expect(
    await said(
      'run',
      '--rm',
      '--privileged',
      '--init',
      busybox,
      'sh',
      '-c',
      'mkdir /m; mount -t tmpfs m /m; echo $$',
    ),
  ).toMatch(/^\d+$/);

  await said('run', '--detach', '--name', 'lives', '--pids-limit', '30', busybox, 'sleep', '1000');
  expect(await docker(['exec', '--user', '1000', 'lives', 'sh', '-c', 'id -u; exit 3'])).toMatchObject({
    code: 3,
    stdout: '1000\n',
  });
  await said('update', '--pids-limit', '40', 'lives');
  for (const verb of ['pause', 'unpause', 'restart', 'kill', 'start'])
    await said(verb, ...(verb === 'restart' ? ['--time', '0'] : []), 'lives');
  expect(await said('inspect', '--format', '{{.State.Status}} {{.HostConfig.PidsLimit}}', 'lives')).toBe(
    'running 40',
  );
  await said('rm', '--force', 'lives');

  const dockerfile = `FROM ${busybox}\nRUN echo built > /made\nCMD ["cat", "/made"]\n`;
  const built = await host.run(['env', 'DOCKER_BUILDKIT=0', 'docker', 'build', '--tag', 'made', '-'], {
    input: dockerfile,
  });
  expect(built, built.stderr).toMatchObject({ code: 0 });
  expect(await said('run', '--rm', 'made')).toBe('built');
});
