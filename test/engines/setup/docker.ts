/** Docker in a private host, set up as docs/engines.md says, with an image of busybox. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Result } from '../../setup/execute.ts';
import { need } from '../../setup/needs.ts';
import { patience } from '../../setup/patience.ts';
import { answering } from './answering.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { oncePerFile } from './once-per-file.ts';
import { type HostOptions, makePrivateHost, needPrivateHost, type PrivateHost } from './private-host.ts';
import { withoutRunc } from './without-runc.ts';

/** Runs docker with these arguments; all that it has made ends with its host. */
export type Docker = (args: readonly string[], options?: HostOptions) => Promise<Result>;

const packages = ['docker', 'containerd', 'catatonit', 'iptables', 'iproute2', 'busybox'] as const;

export const busybox = 'busybox';

export interface DockerHost extends PrivateHost {
  readonly docker: Docker;
  /** What docker writes, without the last line's end. @throws where docker fails */
  said(...args: readonly string[]): Promise<string>;
  /** Ends the daemon and starts it again, with these settings beside those of docs/engines.md. */
  restartDaemon(signal: 'TERM' | 'KILL', settings?: object): Promise<void>;
  /** The daemon has the image from the beginning; with other settings it may have to be given it again. */
  importBusybox(): Promise<void>;
}

export interface DockerOptions {
  /** The host's own. */
  readonly name?: string;
  /** Done before the daemon starts. */
  readonly prepare?: (host: PrivateHost) => Promise<unknown>;
  /** Executes the command of the daemon that is appended to it. */
  readonly through?: (host: PrivateHost) => readonly string[];
}

/** Skips the test where Docker cannot be tried. */
export function needDocker(context: TestContext): void {
  needPrivateHost(context);
  need(context, ...packages);
  // Where the host's PATH has it; since Debian 13 it is a package of its own.
  context.skip(!existsSync('/usr/bin/docker'), 'docker-cli is not installed');
}

/** A host with Docker, made for the first test of a file and ended after the last. */
export function sharedDocker(): (context: TestContext) => Promise<DockerHost> {
  const shared = oncePerFile(() => makeDockerHost());
  return (context) => {
    needDocker(context);
    return shared();
  };
}

export async function makeDockerHost({
  name = 'docker',
  prepare,
  through = () => [],
}: DockerOptions = {}): Promise<DockerHost> {
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
    await prepare?.(host);
    const command = [...through(host), 'dockerd'];
    let daemon = await startDaemon(host, command, docker);
    const restartDaemon = async (signal: string, settings?: object) => {
      const over = once(daemon, 'exit');
      await host.run(['sh', '-c', `kill -${signal} $(cat /run/docker.pid)`]);
      await over;
      daemon = await startDaemon(host, command, docker, settings);
    };
    const archive = busyboxArchive(host);
    const importBusybox = async () => void (await said('import', '--change', 'CMD ["sh"]', archive, busybox));
    await importBusybox();
    return { ...host, docker, said, restartDaemon, importBusybox };
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** Resolves when it answers. It ends with the host. */
async function startDaemon(
  host: PrivateHost,
  command: readonly string[],
  docker: Docker,
  settings = {},
): Promise<ChildProcess> {
  const file = '/etc/docker/daemon.json';
  writeFileSync(host.file(file), JSON.stringify({ ...JSON.parse(documented(file)), ...settings }));
  const log = join(host.path, 'dockerd.log');
  const daemon = host.start(command, log);
  const ask = async () => (await docker(['version'])).code === 0;
  await answering({ name: 'dockerd', log, ask, daemon });
  return daemon;
}
