/** Docker in a private host, set up as docs/engines.md says, with an image of busybox. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, type TestContext } from 'vitest';
import type { Result } from '../../setup/execute.ts';
import { need, needRoot } from '../../setup/needs.ts';
import { patience } from '../../setup/patience.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { type HostOptions, makePrivateHost, type PrivateHost } from './private-host.ts';
import { withoutRunc } from './without-runc.ts';

/** Runs docker with these arguments; all that it has made ends with its host. */
export type Docker = (args: readonly string[], options?: HostOptions) => Promise<Result>;

const packages = ['docker', 'containerd', 'catatonit', 'iptables', 'iproute2', 'busybox'] as const;

export const busybox = 'busybox';

export interface DockerHost extends PrivateHost {
  readonly docker: Docker;
  /** What docker writes, without the last line's end. @throws where docker fails */
  said(...args: readonly string[]): Promise<string>;
}

/** Skips the test where Docker cannot be tried. */
export function needDocker(context: TestContext): void {
  needRoot(context);
  need(context, ...packages);
}

/** A host with Docker, made for the first test of a file and ended after the last. */
export function sharedDocker(): (context: TestContext) => Promise<DockerHost> {
  let host: Promise<DockerHost> | undefined;
  afterAll(async () => {
    await (await host)?.[Symbol.asyncDispose]();
  }, patience(60_000));
  return (context) => {
    needDocker(context);
    host ??= makeDockerHost();
    return host;
  };
}

/** @param name the host's own */
export async function makeDockerHost(name = 'docker'): Promise<DockerHost> {
  const host = await makePrivateHost();
  const docker: Docker = (args, options) =>
    host.run(['docker', ...args], { timeout: patience(90_000), ...options });
  const said = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await docker(args);
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  try {
    await withoutRunc(host);
    await host.run(['hostname', name]);
    const settings = '/etc/docker/daemon.json';
    writeFileSync(host.file(settings), documented(settings));
    await startDocker(host, docker);
    await said('import', '--change', 'CMD ["sh"]', busyboxArchive(host), busybox);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return { ...host, docker, said };
}

/** Resolves when it answers. It ends with the host. */
async function startDocker(host: PrivateHost, docker: Docker): Promise<void> {
  const log = join(host.path, 'dockerd.log');
  const daemon = host.start(['dockerd'], log);
  for (const end = Date.now() + patience(30_000); ; await sleep(50)) {
    const { code } = await docker(['version']);
    if (code === 0) return;
    if (daemon.exitCode !== null || Date.now() > end)
      throw new Error(`dockerd does not answer:\n${readFileSync(log, 'utf8')}`);
  }
}
