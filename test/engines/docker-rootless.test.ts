/** Docker of an ordinary user, with tsrun as its default runtime. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { busybox, needDocker } from './setup/docker.ts';
import { documented } from './setup/documented.ts';
import { busyboxArchive } from './setup/images.ts';
import { makePrivateHost } from './setup/private-host.ts';
import { withoutRunc } from './setup/without-runc.ts';

const polling = { timeout: patience(60_000) };

test("an ordinary user's Docker runs containers, commands in them, and ends them", async (context) => {
  needDocker(context);
  need(context, 'rootlesskit', 'slirp4netns', 'uidmap');
  await using host = await makePrivateHost();
  const { user } = host;
  await withoutRunc(host);
  const own = `/home/${user.name}/.config/docker`;
  await host.run(['mkdir', '-p', own], { as: user });
  writeFileSync(host.file(`${own}/daemon.json`), documented('/etc/docker/daemon.json'));
  const log = join(`/home/${user.name}`, 'dockerd.log');
  host.start(['sh', '-c', documented('docker, rootless')], log, { as: user });
  const socket = `unix:///run/user/${user.uid}/docker.sock`;
  const docker = (...args: readonly string[]) =>
    host.run(['docker', '--host', socket, ...args], { as: user, timeout: patience(90_000) });
  await expect.poll(async () => (await docker('version')).code, polling).toBe(0);

  const info = await docker('info', '--format', '{{.DefaultRuntime}} {{.SecurityOptions}}');
  expect(info.stdout).toMatch(/^tsrun .*name=rootless/);
  expect(await docker('import', busyboxArchive(host), busybox)).toMatchObject({ code: 0 });

  const look = `id -u; awk '{print $2}' /proc/self/uid_map; ip -4 address show eth0 | grep -c "inet 172.17"`;
  const seen = await docker(
    'run',
    '--rm',
    '--volume',
    'kept:/v',
    busybox,
    'sh',
    '-c',
    `${look}; touch /v/x /x`,
  );
  expect(seen).toMatchObject({ code: 0, stderr: '' });
  expect(seen.stdout).toMatch(new RegExp(`^0\n${user.uid}\n\\d+\n1\n$`));
  for (const [command, code] of [
    ['nosuch', 127],
    ['/etc/passwd', 126],
    ['/etc', 126],
    ['false', 1],
  ] as const)
    expect(await docker('run', '--rm', busybox, command), command).toMatchObject({ code });

  const options = [
    '--ulimit',
    'nofile=100:200',
    '--oom-score-adj',
    '100',
    '--init',
    '--read-only',
    '--tmpfs',
    '/t',
  ];
  await docker('run', '--detach', '--name', 'lives', ...options, busybox, 'sleep', '1000');
  const inside = 'id -u; ulimit -Hn; cat /proc/self/oom_score_adj; touch /x 2>/dev/null || echo read-only';
  const asked = await docker('exec', '--user', '1000', 'lives', 'sh', '-c', inside);
  expect(asked).toMatchObject({ code: 0, stdout: '1000\n200\n100\nread-only\n' });
  expect((await docker('top', 'lives', '-o', 'pid,comm')).stdout).toMatch(/^\d+ +sleep$/m);
  expect(await docker('kill', 'lives')).toMatchObject({ code: 0 });
  expect((await docker('wait', 'lives')).stdout).toBe('137\n');
  expect(await docker('rm', 'lives')).toMatchObject({ code: 0 });
  const privileged = await docker(
    'run',
    '--rm',
    '--privileged',
    busybox,
    'sh',
    '-c',
    'mkdir /m; mount -t tmpfs m /m',
  );
  expect(privileged).toMatchObject({ code: 0, stderr: '' });
});
