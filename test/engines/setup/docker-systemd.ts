/** Docker where systemd makes the cgroups, with an image of busybox. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { FoundSystemd } from '../../setup/systemd-host.ts';
import { answering } from './answering.ts';
import { busybox } from './docker.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';
import { systemdEngineHost } from './systemd-engine-host.ts';

export interface SystemdDocker extends AsyncDisposable {
  /** What a command writes, without the last line's end. @throws where it fails */
  said(...command: readonly string[]): Promise<string>;
}

/** Skips the test where there is no systemd that a test may change. The daemon ends with the systemd. */
export async function dockerBeside(context: TestContext, found: FoundSystemd): Promise<SystemdDocker> {
  const host = await systemdEngineHost(context, found);
  try {
    const said = async (...command: readonly string[]) => {
      const { code, stdout, stderr } = await host.run(command);
      if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
      return stdout.trimEnd();
    };
    writeFileSync(host.file(file), settings());
    const log = join(host.path, 'dockerd.log');
    const daemon = host.start(['dockerd'], log);
    const ask = async () => (await host.run(['docker', 'version'])).code === 0;
    await answering({ name: 'dockerd', log, ask, daemon });
    await said('docker', 'import', '--change', 'CMD ["sh"]', busyboxArchive(host), busybox);
    return { said, [Symbol.asyncDispose]: host[Symbol.asyncDispose] };
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

const file = '/etc/docker/daemon.json';

function settings(): string {
  return JSON.stringify({
    ...JSON.parse(documented(file)),
    ...JSON.parse(documented(`${file}, with systemd`)),
  });
}
