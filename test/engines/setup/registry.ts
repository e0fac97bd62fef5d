/** Debian's registry in a private host, where nothing else can have its port. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../setup/patience.ts';
import type { PrivateHost } from './private-host.ts';

export const registry = '127.0.0.1:5000';

/** Resolves when it answers. It ends with the host. */
export async function startRegistry(host: PrivateHost): Promise<void> {
  const config = join(host.path, 'registry.json');
  const settings = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: '/var/lib/docker-registry' } },
    http: { addr: registry },
  };
  // YAML, which JSON is too.
  writeFileSync(config, JSON.stringify(settings));
  const log = join(host.path, 'registry.log');
  const server = host.start(['docker-registry', 'serve', config], log);
  for (const end = Date.now() + patience(20_000); ; await sleep(50)) {
    const { code } = await host.run(['busybox', 'wget', '-q', '-O', '-', `http://${registry}/v2/`]);
    if (code === 0) return;
    if (server.exitCode !== null || Date.now() > end)
      throw new Error(`the registry does not answer: see ${log}`);
  }
}
