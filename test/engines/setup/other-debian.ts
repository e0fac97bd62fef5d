/** Engines of another Debian on a private host: what they ask of a runtime changes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { debianImage } from '../../setup/debian-image.ts';
import { execute } from '../../setup/execute.ts';
import { need } from '../../setup/needs.ts';
import { patience } from '../../setup/patience.ts';
import type { EngineHost } from './private-host.ts';

/** Skips the test where it cannot be made, and where tests are not to take that long. */
export function needOtherDebian(context: TestContext): void {
  need(context, 'mmdebstrap');
  context.skip(process.env.TSRUN_LONG === undefined, 'takes long: TSRUN_LONG=1');
}

/** Options for a host whose daemon is Debian 13's. */
export const debian13 = {
  prepare: async (host: EngineHost) => {
    mkdirSync(rootOf(host));
    const archive = await debianImage(host.path, 'trixie', ['docker.io', 'containerd', 'iptables']);
    const line = ['--extract', '--file', archive, '--directory', rootOf(host)];
    const { code, stderr } = await execute('tar', line, { timeout: patience(240_000) });
    if (code !== 0) throw new Error(`tar: ${stderr}`);
  },
  through: (host: EngineHost) => [join(import.meta.dirname, 'other-debian.sh'), rootOf(host)],
};

function rootOf({ path }: EngineHost): string {
  return join(path, 'debian13');
}
