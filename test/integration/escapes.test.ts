/** What an image or a container's process may try against the runtime and the host: the attacks of past CVEs. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { need } from '../setup/needs.ts';
import { sleepingBundle, started } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

/** A caller that leaks descriptors of a directory of the host. */
const leaky = ['bash', '--norc', '-c', 'for i in {3..40}; do eval "exec $i</etc"; done; exec "$@"', 'bash'];
const descriptors = Array.from({ length: 38 }, (_, index) => index + 3);

/** A few at a time. */
async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await act(item);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

describe('a working directory that is a descriptor (CVE-2024-21626)', () => {
  test('is refused by run', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const shared = rig.bundle().rootfs;
    const results: unknown[] = [];
    await forEach(descriptors, async (fd) => {
      const bundle = rig.bundle({
        rootfs: 'empty',
        config: (config) => {
          config.process.cwd = `/proc/self/fd/${fd}`;
          config.process.args = ['/bin/pwd'];
          config.root.path = shared;
        },
      });
      const id = rig.id();
      const { code, stdout } = await rig.tsrun(['run', '--bundle', bundle.path, id], { through: leaky });
      results.push([code, stdout, ...remains(rig, id)]);
    });
    expect(results).toEqual(descriptors.map(() => [1, '']));
  });

  test('is refused by exec', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const id = await started(rig, sleepingBundle(rig));
    const results: unknown[] = [];
    await forEach(descriptors, async (fd) => {
      const args = ['exec', '--cwd', `/proc/self/fd/${fd}`, id, 'pwd'];
      const { code, stdout } = await rig.tsrun(args, { through: leaky });
      results.push([code, stdout]);
    });
    expect(results).toEqual(descriptors.map(() => [255, '']));
  });
});

describe('an image', () => {
  test.for(['proc', 'sys', 'dev'])(
    'with a link at /%s is refused, and the link is not followed',
    async (name, context) => {
      need(context, 'busybox');
      context.skip(name === 'sys' && process.getuid?.() !== 0, 'an ordinary user binds /sys');
      await using rig = makeRig();
      const elsewhere = join(rig.path, 'elsewhere');
      for (const target of [elsewhere, '../elsewhere', '/tmp']) {
        mkdirSync(elsewhere, { recursive: true });
        const bundle = rig.bundle({
          config: (config) => {
            config.process.args = ['/bin/true'];
            // With a tmpfs at /dev the link would be the target of a mount, inside the root.
            if (name === 'dev')
              config.mounts = config.mounts.filter(
                ({ destination }: LooseConfig) => !destination.startsWith('/dev'),
              );
          },
        });
        rmSync(join(bundle.rootfs, name), { recursive: true });
        symlinkSync(target, join(bundle.rootfs, name));
        const id = rig.id();
        const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
        expect([target, result.code]).toEqual([target, 1]);
        expect(result.stderr).toContain('directory');
        expect([
          ...readdirSync(elsewhere),
          ...readdirSync(join(bundle.rootfs, 'tmp')),
          ...remains(rig, id),
        ]).toEqual([]);
      }
    },
  );

  test('whose /dev/null is something else does not decide what masks a path (CVE-2025-31133)', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        config.mounts = config.mounts.filter(
          ({ destination }: LooseConfig) => !destination.startsWith('/dev'),
        );
        config.linux.maskedPaths = ['/etc/secret'];
        config.process.args = ['stat', '-c', '%F %t:%T', '/etc/secret'];
      },
    });
    writeFileSync(join(bundle.rootfs, 'etc/secret'), 'secret');
    symlinkSync('/proc/sys/kernel/core_pattern', join(bundle.rootfs, 'dev/null'));
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    // An ordinary user cannot bind a device over the link: that is refused.
    if (result.code === 0) expect(result.stdout).toBe('character special file 1:3\n');
    else expect([process.getuid?.() === 0, result.stdout]).toEqual([false, '']);
  });

  test('whose links lead out of the root gets its mounts inside', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const outside = join(rig.path, 'outside');
    const bundle = rig.bundle({
      config: (config) => {
        config.mounts.push(
          { destination: '/link/made', type: 'tmpfs', source: 'tmpfs', options: ['size=64k'] },
          { destination: '/up/made', type: 'bind', source: '/etc/passwd', options: ['bind'] },
        );
        config.process.cwd = '/link/cwd';
        config.process.args = ['sh', '-c', 'pwd; [ -s /up/made ] && echo there'];
      },
    });
    // There, and in the root where the link leads.
    for (const path of [outside, join(bundle.rootfs, outside), join(bundle.rootfs, 'outside')]) {
      mkdirSync(path, { recursive: true });
    }
    symlinkSync(outside, join(bundle.rootfs, 'link'));
    symlinkSync('../../../../../../../../outside', join(bundle.rootfs, 'up'));
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: `${outside}/cwd\nthere\n` });
    expect(readdirSync(outside)).toEqual([]);
  });
});

test.for(['/proc/sys', '/proc/self/attr', '/proc/1', '//proc/./version', '/proc/../proc/kmsg'])(
  'a mount at %s is refused (CVE-2019-16884)',
  async (destination, context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: ({ mounts }) => {
        mounts.push({ destination, type: 'bind', source: '/etc', options: ['bind'] });
      },
    });
    const id = rig.id();
    const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('cannot be mounted because it is inside /proc');
    expect(remains(rig, id)).toEqual([]);
  },
);

describe('the runtime’s own files (CVE-2019-5736)', () => {
  test('are not what a container can write to, or execute, as /proc/PID/exe', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const before = hashes();
    const bundle = attackedBundle(rig, 'exe', '(: >>$f) 2>/dev/null && echo "opened $(readlink $f)"');
    writeFileSync(join(bundle.rootfs, 'script'), '#!/proc/self/exe\n', { mode: 0o755 });
    const id = await started(rig, bundle);
    for (let times = 0; times < 15; times++) {
      await rig.tsrun(['exec', id, 'true']);
      await rig.tsrun(['exec', id, '/script']);
      await rig.tsrun(['exec', id, '/proc/self/exe', 'true']);
    }
    await rig.tsrun(['kill', id, '9']);
    expect(readFileSync(join(bundle.rootfs, 'found'), 'utf8')).toBe('started\n');
    expect(hashes()).toEqual(before);
  });

  test('are not what a process in exec has open (CVE-2016-9962)', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const script =
      'for l in $f/*; do t=$(readlink $l) && case $t in /dev/*|pipe:*|socket:*) ;; *) echo "$t";; esac; done';
    const bundle = attackedBundle(rig, 'fd', script);
    const id = await started(rig, bundle);
    for (let times = 0; times < 15; times++) await rig.tsrun(['exec', id, 'true'], { through: leaky });
    await rig.tsrun(['kill', id, '9']);
    // The container's own process has the streams that it was started with.
    const found = new Set(readFileSync(join(bundle.rootfs, 'found'), 'utf8').trimEnd().split('\n'));
    expect(
      [...found]
        .filter((line) => !line.startsWith(`${rig.path}/output-`))
        .filter((line) => !/^(started|\/found|\/proc\/\d+\/fd|anon_inode:.*|\/)$/.test(line)),
    ).toEqual([]);
  });
});

/** The container's process looks at every process that it sees, again and again, with the right to trace them. */
function attackedBundle(rig: Rig, file: string, script: string) {
  return rig.bundle({
    config: (config) => {
      const all = ['CAP_SYS_PTRACE', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH'];
      config.process.capabilities = { bounding: all, permitted: all, effective: all };
      const loop = `while :; do for f in /proc/[0-9]*/${file}; do ${script}; done; done`;
      config.process.args = ['sh', '-c', `echo started >/found; ${loop} >>/found`];
    },
  });
}

/** Of the launcher and of the engine that it starts. */
function hashes(): string[] {
  const bin = programUnderTest();
  const engine = join(dirname(dirname(bin)), 'engine');
  const files = [bin, join(engine, process.env.TSRUN_ENGINE === 'bun' ? 'tsrun-bun' : 'node')];
  return files.map((path) => createHash('sha1').update(readFileSync(path)).digest('hex'));
}
