/** Images: built, committed, pushed to a registry and pulled again; containers of tsrun execute what is in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { busybox, sharedPodman, type Who } from './setup/podman.ts';
import { registry } from './setup/registry.ts';

const shared = sharedPodman();
const run = ['run', '--rm', '--network', 'none'];

const containerfile = `
FROM ${busybox}
ARG WORD=none
RUN echo "$WORD of $(id -u)" >/built
RUN ["/bin/sh", "-c", "echo second >>/built"]
RUN --mount=type=bind,source=file,target=/bound cat /bound >>/built
RUN --mount=type=cache,target=/cache touch /cache/file
WORKDIR /work
COPY file copied
USER 1000
RUN id -u >/tmp/user
CMD ["cat", "/built", "copied", "/tmp/user"]
`;

describe.each<Who>(['root', 'ordinary user'])('as %s, podman', (who) => {
  const image = `${registry}/${who.replace(' ', '-')}/built:1`;

  test('builds, with RUN executed by tsrun', async (context) => {
    const { podman, path } = await shared(context, who);
    const directory = join(path, `build-${who.replace(' ', '-')}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'Containerfile'), containerfile);
    writeFileSync(join(directory, 'file'), 'from the context\n');
    const built = await podman(['build', '--build-arg', 'WORD=word', '--tag', image, directory]);
    expect(built, built.stderr).toMatchObject({ code: 0 });
    const shown = await podman([...run, image]);
    expect(shown).toMatchObject({
      code: 0,
      stdout: 'word of 0\nsecond\nfrom the context\nfrom the context\n1000\n',
    });
  });

  test('exits as a RUN does that fails', async (context) => {
    const { podman, path } = await shared(context, who);
    const file = join(path, 'Failing');
    writeFileSync(file, `FROM ${busybox}\nRUN exit 5\n`);
    expect(await podman(['build', '--network', 'none', '--file', file, path])).toMatchObject({ code: 5 });
  });

  test('pushes and pulls', async (context) => {
    const { podman } = await shared(context, who);
    expect(await podman(['push', image])).toMatchObject({ code: 0 });
    expect(await podman(['rmi', '--force', image])).toMatchObject({ code: 0 });
    expect(await podman(['image', 'exists', image])).toMatchObject({ code: 1 });
    expect(await podman([...run, '--pull', 'always', image, 'cat', '/built'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('word of 0\n'),
    });
  });

  test('commits a container', async (context) => {
    const { podman } = await shared(context, who);
    await podman(['run', '--network', 'none', '--name', 'commit', busybox, 'sh', '-c', 'echo written >/new']);
    expect(await podman(['diff', 'commit'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('A /new\n'),
    });
    expect(await podman(['commit', '--quiet', 'commit', 'localhost/committed'])).toMatchObject({ code: 0 });
    expect(await podman(['rm', 'commit'])).toMatchObject({ code: 0 });
    const shown = await podman([...run, 'localhost/committed', 'cat', '/new']);
    expect(shown).toMatchObject({ code: 0, stdout: 'written\n' });
  });
});
