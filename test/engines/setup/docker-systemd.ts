/** Docker beside a systemd that makes its cgroups (test/setup/systemd-host.ts), with an image of busybox. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { execute } from '../../setup/execute.ts';
import { patience } from '../../setup/patience.ts';
import { type FoundSystemd, leaveSystemd, needSystemd, needWay } from '../../setup/systemd-host.ts';
import { answering } from './answering.ts';
import { busybox } from './docker.ts';
import { documented } from './documented.ts';
import { busyboxArchive } from './images.ts';

export interface SystemdDocker extends AsyncDisposable {
  /** What a command writes, without the last line's end. @throws where it fails */
  said(...command: readonly string[]): Promise<string>;
}

/** Skips the test where there is no systemd that a test may change. The daemon ends with the systemd. */
export async function dockerBeside(context: TestContext, found: FoundSystemd): Promise<SystemdDocker> {
  const path = mkdtempSync(join(tmpdir(), 'tsrun-docker-'));
  const end = async () => {
    await leaveSystemd(found);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const systemd = needSystemd(context, found);
    context.skip(!systemd.ours, "the daemon would be the machine's own");
    const [enter = '', ...entering] = needWay(context, systemd.asRoot);
    const said = async (...command: readonly string[]) => {
      const line = [...entering, 'env', 'PATH=/usr/bin:/usr/sbin:/bin:/sbin', ...command];
      const { code, stdout, stderr } = await execute(enter, line, { timeout: patience(90_000) });
      if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
      return stdout.trimEnd();
    };
    writeFileSync(join(path, 'daemon.json'), settings(systemd.program));
    spawn(enter, [...entering, 'sh', '-c', daemon, path], { stdio: 'ignore' });
    const ask = () =>
      said('docker', 'version').then(
        () => true,
        () => false,
      );
    await answering({ name: 'dockerd', log: join(path, 'log'), ask });
    await said('docker', 'import', '--change', 'CMD ["sh"]', busyboxArchive({ path }), busybox);
    return { said, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** It writes a key there; what systemd's namespaces have in /etc is otherwise the machine's. */
const daemon = `
  mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker
  exec dockerd --config-file "$0/daemon.json" --data-root "$0/data" >"$0/log" 2>&1`;

function settings(program: string): string {
  const { runtimes, ...others } = JSON.parse(documented('/etc/docker/daemon.json'));
  const bySystemd = JSON.parse(documented('/etc/docker/daemon.json, with systemd'));
  return JSON.stringify({
    ...others,
    ...bySystemd,
    runtimes: { tsrun: { ...runtimes.tsrun, path: program } },
  });
}
