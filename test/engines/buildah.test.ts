/** buildah with tsrun: every `RUN` is a container of tsrun. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { Result } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { documented } from './setup/documented.ts';
import { busybox, type PodmanHost, sharedPodman, type Who } from './setup/podman.ts';
import type { HostOptions } from './setup/private-host.ts';
import { registry } from './setup/registry.ts';

interface BuildahHost extends PodmanHost {
  readonly buildah: (args: readonly string[], options?: HostOptions) => Promise<Result>;
}

const shared = sharedPodman();

/** The lines of the page, then buildah, in one shell. */
async function withBuildah(context: TestContext, who: Who): Promise<BuildahHost> {
  need(context, 'buildah');
  const host = await shared(context, who);
  const script = `${documented(`buildah, ${who}`)}exec buildah "$@"`;
  return { ...host, buildah: (args, options) => host.run(['sh', '-c', script, 'sh', ...args], options) };
}

test('takes tsrun from containers.conf', async (context) => {
  need(context, 'buildah');
  const { run } = await shared(context);
  expect(await run(['buildah', 'from', '--name', 'default', busybox])).toMatchObject({ code: 0 });
  const told = await run(['buildah', '--log-level', 'debug', 'run', '--network', 'none', 'default', 'true']);
  expect(told).toMatchObject({ code: 0 });
  expect(told.stderr).toMatch(/Running \[\\"\/usr\/local\/bin\/tsrun\\" \\"create\\"/);
  expect(await run(['buildah', 'rm', 'default'])).toMatchObject({ code: 0 });
});

describe.each<Who>(['root', 'ordinary user'])('as %s, buildah', (who) => {
  test('runs commands in a working container, commits it, pushes it', async (context) => {
    const { buildah, podman, path } = await withBuildah(context, who);
    expect(await buildah(['from', '--name', 'working', busybox])).toMatchObject({ code: 0 });
    const inside = async (options: readonly string[], command: readonly string[], input = '') =>
      buildah(['run', '--network', 'none', ...options, 'working', '--', ...command], { input });

    expect(await inside([], ['sh', '-c', 'echo kept >/kept; id -u'])).toMatchObject({
      code: 0,
      stdout: '0\n',
    });
    expect(await inside([], ['cat'], 'from outside')).toMatchObject({ code: 0, stdout: 'from outside' });
    expect(await inside(['--user', '1000'], ['id', '-u'])).toMatchObject({ code: 0, stdout: '1000\n' });
    expect(await inside(['--terminal'], ['tty'])).toMatchObject({ code: 0, stdout: '/dev/pts/0\r\n' });
    expect(await inside([], ['sh', '-c', 'exit 7'])).toMatchObject({ code: 7 });
    expect(await inside([], ['nosuch'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('exec: "nosuch": executable file not found in $PATH'),
    });

    const volume = join(path, `volume-${who.replace(' ', '-')}`);
    mkdirSync(volume);
    writeFileSync(join(volume, 'file'), 'of the host\n');
    // buildah leaves its own words among the options of the mount.
    for (const options of ['', ':ro', ':z', ':Z']) {
      const seen = await inside(['--volume', `${volume}:/volume${options}`], ['cat', '/volume/file']);
      expect(seen, options).toMatchObject({ code: 0, stdout: 'of the host\n' });
    }

    const image = `${registry}/buildah/${who.replace(' ', '-')}`;
    expect(await buildah(['config', '--cmd', 'cat /kept', 'working'])).toMatchObject({ code: 0 });
    expect(await buildah(['commit', '--rm', 'working', image])).toMatchObject({ code: 0 });
    expect(await buildah(['push', image])).toMatchObject({ code: 0 });
    expect(await buildah(['rmi', image])).toMatchObject({ code: 0 });
    const shown = await podman(['run', '--rm', '--network', 'none', image]);
    expect(shown).toMatchObject({ code: 0, stdout: 'kept\n' });
  });

  test('builds a Containerfile', async (context) => {
    const { buildah, podman, path } = await withBuildah(context, who);
    const directory = join(path, `bud-${who.replace(' ', '-')}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'file'), 'from the context\n');
    const containerfile = [
      `FROM ${busybox}`,
      'RUN echo built >/built; grep ^Seccomp: /proc/self/status >>/built',
      'RUN --mount=type=bind,source=file,target=/bound cat /bound >>/built',
      'CMD ["cat", "/built"]',
    ];
    writeFileSync(join(directory, 'Containerfile'), containerfile.join('\n'));
    expect(await buildah(['bud', '--tag', 'localhost/bud', directory])).toMatchObject({ code: 0 });
    const shown = await podman(['run', '--rm', '--network', 'none', 'localhost/bud']);
    expect(shown).toMatchObject({ code: 0, stdout: 'built\nSeccomp:\t2\nfrom the context\n' });
  });
});
