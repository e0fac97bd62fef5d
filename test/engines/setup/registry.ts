/** Debian's registry in a private host, where nothing else can have its port. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { patience } from '../../setup/patience.ts';
import { answering } from './answering.ts';
import type { EngineHost } from './private-host.ts';

export const registry = '127.0.0.1:5000';

/** Resolves when it answers. It ends with the host. */
export async function startRegistry(host: EngineHost): Promise<void> {
  const config = join(host.path, 'registry.json');
  const settings = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: '/var/lib/docker-registry' } },
    http: { addr: registry },
  };
  // YAML, which JSON is too.
  writeFileSync(config, JSON.stringify(settings));
  const log = join(host.path, 'registry.log');
  const daemon = host.start(['docker-registry', 'serve', config], log);
  const wget = ['busybox', 'wget', '-q', '-O', '-', `http://${registry}/v2/`];
  const ask = async () => (await host.run(wget)).code === 0;
  await answering({ name: 'the registry', log, ask, daemon, longest: patience(20_000) });
}
