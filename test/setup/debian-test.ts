/** A real distribution in an overlay container: apt installs a package, and the rootfs stays as it was. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { acquireSettings, debianImage } from './debian-image.ts';
import { environment } from './faults.ts';
import { need } from './needs.ts';
import { remains } from './remains.ts';
import { makeRig, type Rig } from './rig.ts';

/** What apt and dpkg need, and tar: the set that engines give by default. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETFCAP'].map(
  (name) => `CAP_${name}`,
);

const APT = `set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q install --yes --no-install-recommends hello
hello
rm -rf /usr/share/doc
cp -a /etc/alternatives /etc/changed
dpkg --verify hello || true`;

/** Names, kinds, modes, owners, times to the nanosecond and contents of everything, in one number. */
const DIGEST = `cd /target
{ find . -print0 | sort -z | xargs -0 stat -c '%n %f %u %g %y %s %h'
  find . -type f -print0 | sort -z | xargs -0 sha256sum
  find . -type l -print0 | sort -z | xargs -0 -n 1 readlink; } | sha256sum`;

export function debianTest(
  name: string,
  ids: (config: LooseConfig) => void,
  check: (context: TestContext) => void,
): void {
  test(name, { timeout: 400_000 }, async (context) => {
    check(context);
    context.skip(
      process.env.TSRUN_JS_RUNTIME === 'node' && process.env.TSRUN_LONG !== '1',
      'on QuickJS; on Node with TSRUN_LONG=1',
    );
    need(context, 'busybox', 'mmdebstrap');
    await using rig = makeRig();
    const image = await debianImage(rig.path);
    const bundle = rig.bundle({ rootfs: 'empty' });
    const tool = toolbox(rig, ids, [
      { destination: '/target', type: 'bind', source: bundle.rootfs, options: ['bind'] },
      { destination: '/image.tar', type: 'bind', source: image, options: ['bind', 'ro'] },
    ]);
    await tool('tar -xpf /image.tar -C /target');
    try {
      const before = await tool(DIGEST);
      writeFileSync(join(bundle.path, 'config.json'), JSON.stringify(debianConfig(bundle.path, ids)));
      const id = rig.id();
      const result = await rig.tsrun(['run', '--bundle', bundle.path, id], {
        env: environment(),
        timeout: 200_000,
      });
      expect(result.code, `${result.stdout}${result.stderr}`).toBe(0);
      expect(result.stdout).toContain('Setting up hello');
      expect(result.stdout).toContain('Hello, world!');
      expect(await tool(DIGEST)).toBe(before);
      expect(remains(rig, id)).toEqual([]);
    } finally {
      await tool('cd /target && rm -rf ./* ./.[!.]*');
    }
  });
}

/** Runs busybox with the same ids: for what belongs to ids that we cannot be. */
function toolbox(rig: Rig, ids: (config: LooseConfig) => void, mounts: readonly LooseConfig[]) {
  const bundle = rig.bundle();
  const file = join(bundle.path, 'config.json');
  const text = readFileSync(file, 'utf8');
  return async (script: string): Promise<string> => {
    const config: LooseConfig = JSON.parse(text);
    ids(config);
    config.process.args = ['sh', '-c', script];
    config.process.capabilities = capabilities();
    config.mounts.push(...mounts);
    writeFileSync(file, JSON.stringify(config));
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], {
      env: environment(),
      timeout: 100_000,
    });
    expect(result, script).toMatchObject({ code: 0, stderr: '' });
    return result.stdout;
  };
}

function debianConfig(bundle: string, ids: (config: LooseConfig) => void): LooseConfig {
  const config: LooseConfig = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  ids(config);
  config.annotations = { 'org.tsrun.overlay': 'disk' };
  config.process.args = ['sh', '-c', APT];
  config.process.capabilities = capabilities();
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    const value = process.env[name];
    if (value !== undefined) config.process.env.push(`${name}=${value}`);
  }
  // The host's network, and how it is used here.
  config.linux.namespaces = config.linux.namespaces.filter(
    ({ type }: { type: string }) => type !== 'network',
  );
  const files = ['/etc/resolv.conf', '/etc/hosts', ...acquireSettings()].filter((file) => existsSync(file));
  for (const file of files)
    config.mounts.push({ destination: file, type: 'bind', source: file, options: ['bind', 'ro'] });
  return config;
}

function capabilities(): Record<string, readonly string[]> {
  return { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES };
}
