/** podman in a private host, set up as docs/engines.md says, with an image of busybox. */
import { existsSync, writeFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import type { Result } from '../../setup/execute.ts';
import { need } from '../../setup/needs.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { oncePerFile } from './once-per-file.ts';
import { type HostOptions, makePrivateHost, needPrivateHost, type PrivateHost } from './private-host.ts';
import { startRegistry } from './registry.ts';

/** Runs podman with these arguments; all that it has made ends with its host. */
export type Podman = (args: readonly string[], options?: HostOptions) => Promise<Result>;

const packages = ['podman', 'registry', 'netavark', 'iptables', 'slirp4netns', 'busybox'] as const;

export const busybox = 'localhost/busybox';

/** Who calls podman. */
export type Who = 'root' | 'ordinary user' | 'user with one id';

export interface PodmanHost extends PrivateHost {
  readonly podman: Podman;
}

/**
 * A host with podman, an image of busybox and a registry, made for the first test of a file and ended after the last.
 * Commands are run as the one who is asked for. Tests where podman cannot be tried are skipped.
 */
export function sharedPodman(): (context: TestContext, who?: Who) => Promise<PodmanHost> {
  const shared = oncePerFile(makeHost);
  const hosts = new Map<Who, Promise<PodmanHost>>();
  return (context, who = 'root') => {
    needPrivateHost(context);
    need(context, ...packages);
    context.skip(!existsSync('/dev/net/tun'), 'there is no /dev/net/tun, which slirp4netns needs');
    const host = hosts.get(who) ?? shared().then((all) => hostFor(all, who));
    hosts.set(who, host);
    return host;
  };
}

async function makeHost(): Promise<PrivateHost> {
  const host = await makePrivateHost();
  for (const path of ['/etc/containers/containers.conf', '/etc/containers/registries.conf'])
    writeFileSync(host.file(path), documented(path));
  await startRegistry(host);
  return host;
}

async function hostFor(host: PrivateHost, who: Who): Promise<PodmanHost> {
  const account = { root: undefined, 'ordinary user': host.user, 'user with one id': host.userWithOneId }[
    who
  ];
  const run: PrivateHost['run'] = (command, options) =>
    host.run(command, { ...(account && { as: account }), ...options });
  const podman: Podman = (args, options) => run(['podman', ...args], options);
  if (account === host.userWithOneId) {
    const write = 'mkdir -p ~/.config/containers && cat >~/.config/containers/storage.conf';
    await run(['sh', '-c', write], { input: documented('~/.config/containers/storage.conf') });
  }
  const { code, stderr } = await podman(['import', busyboxArchive(host), busybox]);
  if (code !== 0) throw new Error(`podman import: ${stderr}`);
  return { ...host, run, podman };
}
