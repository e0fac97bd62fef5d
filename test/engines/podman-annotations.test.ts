/** Annotations of an image, which podman copies into config.json: they choose nothing on the host. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { busybox, type PodmanHost, sharedPodman, type Who } from './setup/podman.ts';

const shared = sharedPodman();

/** Makes an image of busybox with these annotations. */
async function imageWith({ podman, path }: PodmanHost, name: string, annotations: Record<string, string>) {
  const file = join(path, `Containerfile-${name}`);
  writeFileSync(file, `FROM ${busybox}\nLABEL name=${name}\n`);
  const options = Object.entries(annotations).flatMap((entry) => ['--annotation', entry.join('=')]);
  const image = `localhost/${name}`;
  const build = ['build', '--format', 'oci', ...options, '--tag', image, '--file', file, path];
  const built = await podman(build);
  expect(built, built.stderr).toMatchObject({ code: 0 });
  return image;
}

describe.each<Who>(['root', 'ordinary user'])('podman as %s', (who) => {
  const run = ['run', '--rm', '--network', 'none'];
  const suffix = who.replace(' ', '-');

  test('refuses an image that asks for directories of the host as its root', async (context) => {
    const host = await shared(context, who);
    const layer = join(host.path, `layer-${suffix}`);
    const image = await imageWith(host, `lower-${suffix}`, {
      'org.tsrun.overlay': `dir=${layer}`,
      'org.tsrun.overlay.lowerdirs': '["/etc","/root"]',
    });
    const result = await host.podman([...run, image, 'cat', '/shadow']);
    expect(result.code).not.toBe(0);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain(
      'names directories of the host: only the option --overlay-lower PATH may',
    );
    expect(existsSync(layer)).toBe(false);
  });

  test('refuses an image that asks for a directory of the host to write to', async (context) => {
    const host = await shared(context, who);
    const place = join(host.path, `place-${suffix}`);
    mkdirSync(place, { mode: 0o777 });
    const image = await imageWith(host, `dir-${suffix}`, { 'org.tsrun.overlay': `dir=${place}` });
    const result = await host.podman([...run, image, 'touch', '/of-the-image']);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('names a directory of the host: only the option --overlay=dir=PATH may');
    expect(readdirSync(place)).toEqual([]);
  });

  test('runs one that asks for a layer in memory', async (context) => {
    const host = await shared(context, who);
    const image = await imageWith(host, `tmpfs-${suffix}`, { 'org.tsrun.overlay': 'tmpfs=8m' });
    const result = await host.podman([...run, image, 'sh', '-c', 'echo x >/x && grep " / " /proc/mounts']);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('overlay / overlay') });
  });
});
