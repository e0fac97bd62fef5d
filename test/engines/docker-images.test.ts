/** Images with Docker: built, committed, pushed, pulled; and what outlives a container. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { busybox, sharedDocker } from './setup/docker.ts';
import { documented } from './setup/documented.ts';
import { registry, startRegistry } from './setup/registry.ts';

const shared = sharedDocker();

const dockerfile = `
FROM ${busybox}
RUN echo one > /one && mkdir -m 1777 /shared
RUN ["sh", "-c", "cat /one > /two"]
USER user
WORKDIR /home/user
ENV WHO=built
RUN id -u > /shared/id
COPY --chown=user own /own
ENTRYPOINT ["sh", "-c"]
CMD ["cat /two /shared/id /own; echo $WHO; pwd"]
`;

describe.for([
  { builder: 'its own builder', kit: '0' },
  { builder: 'BuildKit', kit: '1' },
])('docker build, by $builder,', ({ kit }) => {
  test('executes RUN as it is asked to, and says how it failed', async (context) => {
    const { path, docker, said, run } = await shared(context);
    // BuildKit executes whatever is called runc.
    if (kit === '1') await run(['sh', '-c', documented('docker, BuildKit')], { cwd: '/' });
    const folder = join(path, `build-${kit}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'own'), 'copied\n');
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    writeFileSync(join(folder, 'Failing'), `FROM ${busybox}\nRUN echo no good; exit 7\n`);
    const build = (...args: readonly string[]) =>
      run(['env', `DOCKER_BUILDKIT=${kit}`, 'docker', 'build', ...args]);
    const built = await build('--tag', `built:${kit}`, folder);
    expect(built, built.stderr).toMatchObject({ code: 0 });
    expect(await said('run', '--rm', `built:${kit}`)).toBe('one\n1000\ncopied\nbuilt\n/home/user');
    const failed = await build('--file', join(folder, 'Failing'), folder);
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toMatch(/exit 7.*(non-zero code|exit code): 7/);
    await docker(['rmi', `built:${kit}`]);
  });
});

test('a container is committed, and a volume stays', async (context) => {
  const { docker, said } = await shared(context);
  const write = 'echo layer > /made; echo volume > /v/kept';
  await said('run', '--name', 'writer', '--volume', 'kept:/v', busybox, 'sh', '-c', write);
  await said('commit', 'writer', 'committed');
  await said('rm', 'writer');
  expect(await said('run', '--rm', 'committed', 'cat', '/made')).toBe('layer');
  const again = ['run', '--rm', '--volume', 'kept:/v', busybox, 'sh', '-c', 'cat /v/kept /made'];
  expect(await docker(again)).toMatchObject({ code: 1, stdout: 'volume\n' });
});

test('an image goes to a registry and comes back', async (context) => {
  need(context, 'registry');
  const host = await shared(context);
  await startRegistry(host);
  const { said } = host;
  const name = `${registry}/there/and/back:1`;
  await said('tag', busybox, name);
  await said('push', '--quiet', name);
  await said('rmi', name);
  await said('pull', '--quiet', name);
  expect(await said('run', '--rm', name, 'echo', 'back')).toBe('back');
});

test('--runtime takes tsrun where it is asked for', async (context) => {
  const { run } = await shared(context);
  const line = documented('docker, once');
  expect(await run(['sh', '-c', line])).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' });
});
