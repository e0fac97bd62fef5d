/** The overlay root of an ordinary user: with the own id alone, and with ranges of subordinate ids. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LooseConfig } from '../../setup/base-config.ts';
import { environment } from '../../setup/faults.ts';
import { need } from '../../setup/needs.ts';
import { overlayTests } from '../../setup/overlay-tests.ts';
import { remains } from '../../setup/remains.ts';
import { makeRig } from '../../setup/rig.ts';
import { needRanges, withRanges } from '../../setup/subordinate-ranges.ts';

overlayTests('with a single id', { otherIds: false, traceable: true });

overlayTests('with ranges', { config: withRanges, otherIds: true, traceable: false, check: needRanges });

test("a file whose owner the user namespace does not have cannot be changed: that is the kernel's", async (context) => {
  need(context, 'busybox');
  needRanges(context);
  await using rig = makeRig();
  const run = (change: (config: LooseConfig) => void, overlay: string, script: string) => {
    const config: LooseConfig = JSON.parse(text);
    config.process.args = ['sh', '-c', script];
    config.process.capabilities.bounding.push('CAP_CHOWN');
    config.process.capabilities.permitted.push('CAP_CHOWN');
    config.process.capabilities.effective.push('CAP_CHOWN');
    change(config);
    writeFileSync(file, JSON.stringify(config));
    return rig.tsrun(['run', '--bundle', bundle.path, `--overlay=${overlay}`, rig.id()], {
      env: environment(),
    });
  };
  const bundle = rig.bundle();
  const file = join(bundle.path, 'config.json');
  const text = readFileSync(file, 'utf8');
  const made = await run(
    withRanges,
    'off',
    'echo foreign >/etc/foreign; chmod 666 /etc/foreign; chown 5:5 /etc/foreign',
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const changed = await run(
    () => {},
    'disk',
    'cat /etc/foreign; echo more >>/etc/foreign; echo x >>/etc/passwd && echo own',
  );
  expect(changed.stdout).toBe('foreign\nown\n');
  expect(changed.stderr).toContain('Value too large for defined data type');
});

test('a lower layer with mounts in it is refused, and they are named', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      config.root.path = '/';
    },
  });
  const id = rig.id();
  const result = await rig.tsrun(['run', '--bundle', bundle.path, '--overlay=tmpfs', id], {
    env: environment(),
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /^tsrun: cannot mount the overlay root: the lower layer "\/" has mounts in it, locked in a user namespace: .*"\/proc"/,
  );
  expect(result.stderr).toContain('hint: use directories without mounts in them');
  expect(remains(rig, id)).toEqual([]);
});

test('a lower layer of the machine can be read, and what nobody here owns stays as it is', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      config.annotations = { 'org.tsrun.overlay': 'disk' };
      config.process.args = ['sh', '-c', 'ls -d /doc; touch /own; echo x >>/doc/x; echo $?'];
    },
  });
  const line = ['run', '--bundle', bundle.path, '--overlay-lower', '/usr/share', rig.id()];
  const result = await rig.tsrun(line, { env: environment() });
  expect(result.stdout).toBe('/doc\n1\n');
  expect(result.stderr).toMatch(/Permission denied|Value too large/);
});
