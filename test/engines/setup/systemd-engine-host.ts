/**
 * A host for engines where systemd makes the cgroups: a systemd of the tests (test/setup/systemd-host.ts), with the
 * same directories of its own as a private host. What runs on it ends with the systemd.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { execute } from '../../setup/execute.ts';
import { patience } from '../../setup/patience.ts';
import { type FoundSystemd, leaveSystemd, needSystemd, needWay } from '../../setup/systemd-host.ts';
import { describeHost, type EngineHost, environment, hostDirectory, script } from './private-host.ts';

/** Skips the test where there is no systemd that a test may change. */
export async function systemdEngineHost(context: TestContext, found: FoundSystemd): Promise<EngineHost> {
  const path = hostDirectory();
  const end = async () => {
    await leaveSystemd(found);
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const systemd = needSystemd(context, found);
    const { pid } = systemd;
    if (pid === undefined) return context.skip("the daemons would be the machine's own");
    const [enter = '', ...entering] = needWay(context, systemd.asRoot);
    const host: EngineHost = {
      path,
      pid,
      run: (command, options) =>
        execute(enter, [...entering, ...command], {
          ...{ env: environment(), timeout: patience(100_000) },
          ...options,
        }),
      start: (command, log) => {
        const line = [...entering, 'sh', '-c', 'exec "$@" >>"$0" 2>&1', log, ...command];
        return spawn(enter, line, { env: environment(), stdio: 'ignore' });
      },
      file: (inside) => join(`/proc/${pid}/root`, inside),
      [Symbol.asyncDispose]: end,
    };
    describeHost(path, [], []);
    const { code, stderr } = await host.run([script, 'furnish', path]);
    if (code !== 0) throw new Error(`cannot furnish a host: ${stderr}`);
    return host;
  } catch (error) {
    await end();
    throw error;
  }
}
