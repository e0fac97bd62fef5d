/** podman in a private host, set up as docs/engines.md says, with an image of busybox. */
import { writeFileSync } from 'node:fs';
import { afterAll, type TestContext } from 'vitest';
import type { Result } from '../../setup/execute.ts';
import { need, needRoot } from '../../setup/needs.ts';
import { patience } from '../../setup/patience.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { type HostOptions, makePrivateHost, type PrivateHost } from './private-host.ts';
import { startRegistry } from './registry.ts';

/** Runs podman with these arguments; all that it has made ends with its host. */
export type Podman = (args: readonly string[], options?: HostOptions) => Promise<Result>;

const packages = [
  'podman',
  'registry',
  'catatonit',
  'netavark',
  'iptables',
  'slirp4netns',
  'busybox',
  'uidmap',
] as const;

export const busybox = 'localhost/busybox';

export interface PodmanHost extends PrivateHost {
  /** As root. */
  readonly podman: Podman;
  /** As the host's ordinary user. */
  readonly rootless: Podman;
}

/**
 * A host with podman, an image of busybox and a registry, made for the first test of a file and ended after the last.
 * Tests where podman cannot be tried are skipped.
 */
export function sharedPodman(): (context: TestContext) => Promise<PodmanHost> {
  let host: Promise<PodmanHost> | undefined;
  afterAll(async () => {
    await (await host)?.[Symbol.asyncDispose]();
  }, patience(60_000));
  return (context) => {
    needRoot(context);
    need(context, ...packages);
    host ??= makePodmanHost();
    return host;
  };
}

async function makePodmanHost(): Promise<PodmanHost> {
  const host = await makePrivateHost();
  for (const path of ['/etc/containers/containers.conf', '/etc/containers/registries.conf'])
    writeFileSync(host.file(path), documented(path));
  const podman: Podman = (args, options) => host.run(['podman', ...args], options);
  const rootless: Podman = (args, options) => podman(args, { as: host.user, ...options });
  await startRegistry(host);
  const { code, stderr } = await podman(['import', busyboxArchive(host), busybox]);
  if (code !== 0) throw new Error(`podman import: ${stderr}`);
  return { ...host, podman, rootless };
}
