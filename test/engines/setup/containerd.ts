/** containerd in a private host, set up as docs/engines.md says, with a registry that has an image of busybox. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Result } from '../../setup/execute.ts';
import { need } from '../../setup/needs.ts';
import { answering } from './answering.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { oncePerFile } from './once-per-file.ts';
import { type EngineHost, type HostOptions, makePrivateHost, needPrivateHost } from './private-host.ts';
import { registry, startRegistry } from './registry.ts';
import { withoutRunc } from './without-runc.ts';

const packages = ['containerd', 'registry', 'podman', 'cniPlugins', 'iproute2', 'busybox'] as const;

export const busybox = `${registry}/busybox:latest`;
/** An image whose only process sleeps, for pods. */
export const pause = `${registry}/pause:latest`;

export interface ContainerdHost extends EngineHost {
  ctr(args: readonly string[], options?: HostOptions): Promise<Result>;
}

/** Skips the test where containerd cannot be tried. */
export function needContainerd(context: TestContext): void {
  needPrivateHost(context);
  need(context, ...packages);
}

/** A host with containerd, made for the first test of a file and ended after the last. */
export function sharedContainerd(): (context: TestContext) => Promise<ContainerdHost> {
  const shared = oncePerFile(() => makeContainerdHost());
  return (context) => {
    needContainerd(context);
    return shared();
  };
}

export interface ContainerdOptions {
  /** Which runtime is the default: a block of docs/engines.md. */
  readonly others?: 'by default' | 'beside runc';
  /** Where systemd makes the cgroups; otherwise a private host. */
  readonly systemd?: EngineHost;
  /** Done before the daemon starts. */
  readonly prepare?: (host: EngineHost) => Promise<unknown>;
  /** Executes the command of the daemon that is appended to it. */
  readonly through?: (host: EngineHost) => readonly string[];
}

export async function makeContainerdHost(options: ContainerdOptions = {}): Promise<ContainerdHost> {
  const { others = 'by default', systemd, prepare, through = () => [] } = options;
  const host = systemd ?? (await makePrivateHost());
  const ctr = (args: readonly string[], options?: HostOptions) => host.run(['ctr', ...args], options);
  try {
    configure(host, others, systemd !== undefined);
    await startRegistry(host);
    await pushImages(host);
    await withoutRunc(host);
    await prepare?.(host);
    await startContainerd(host, [...through(host), 'containerd'], ctr);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return { ...host, ctr };
}

/** As docs/engines.md says, behind what Debian has there. */
function configure(host: EngineHost, others: string, bySystemd: boolean): void {
  const name = '/etc/containerd/config.toml';
  const given = readFileSync(host.file(name), 'utf8');
  const restricted = documented(`${name}, without CAP_SYS_RESOURCE`).trimEnd();
  const [table = ''] = restricted.split('\n');
  const runtime = documented(name) + (bySystemd ? documented(`${name}, with systemd`) : '');
  const settings = [given.replace(table, restricted), runtime, documented(`${name}, ${others}`)];
  writeFileSync(host.file(name), settings.join('\n'));
}

/** podman makes them and pushes them: it needs no daemon. */
async function pushImages(host: EngineHost): Promise<void> {
  const podman = async (...args: readonly string[]) => {
    const { code, stderr } = await host.run(['podman', ...args]);
    if (code !== 0) throw new Error(`podman ${args[0]}: ${stderr}`);
  };
  const archive = busyboxArchive(host);
  await podman('import', '--change', 'CMD ["sh"]', archive, busybox);
  await podman('import', '--change', 'ENTRYPOINT ["sleep", "2147483647"]', archive, pause);
  for (const image of [busybox, pause]) await podman('push', '--tls-verify=false', image);
}

/** Resolves when it answers. It ends with the host. */
async function startContainerd(
  host: EngineHost,
  command: readonly string[],
  ctr: ContainerdHost['ctr'],
): Promise<void> {
  const log = join(host.path, 'containerd.log');
  const daemon = host.start(command, log);
  const ask = async () => (await ctr(['version'])).code === 0;
  await answering({ name: 'containerd', log, ask, daemon });
}
