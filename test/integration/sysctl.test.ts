/** linux.sysctl: values that the process in the container finds, and that the host does not. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { need, needRoot } from '../setup/needs.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

const values = {
  'net.ipv4.ip_forward': '1',
  'net/ipv4/conf/lo/rp_filter': '2',
  'kernel.shmmax': '123456',
  'kernel.sem': '1\t2\t3\t4',
  'fs.mqueue.msg_max': '11',
  'kernel.domainname': 'example.org',
};

const files = Object.keys(values).map((name) => `/proc/sys/${name.replaceAll('.', '/')}`);

function bundleWith(
  rig: Rig,
  sysctl: object,
  change: (linux: Record<string, unknown[]>) => void = () => {},
): Bundle {
  return rig.bundle({
    config: (config) => {
      const { namespaces } = config.linux;
      if (!namespaces.some(({ type }: { type: string }) => type === 'network'))
        namespaces.push({ type: 'network' });
      config.linux.sysctl = sysctl;
      config.process.args = ['cat', ...files];
      change(config.linux);
    },
  });
}

function onHost(): string[] {
  return files.map((file) => readFileSync(file, 'utf8'));
}

describe('sysctls', () => {
  test.for(['tsrun', 'runc'] as const)('are those of the container alone (%s)', async (runtime, context) => {
    need(context, 'busybox', 'runc');
    // Its file belongs to the machine's root, and runc does not know the system call.
    const sysctl: Record<string, string> = { ...values };
    const rootlessRunc = runtime === 'runc' && process.getuid?.() !== 0;
    if (rootlessRunc) delete sysctl['kernel.domainname'];
    await using rig = makeRig();
    const before = onHost();
    const result = await rig[runtime](['run', '--bundle', bundleWith(rig, sysctl).path, rig.id()]);
    const expected = rootlessRunc ? { ...values, 'kernel.domainname': '(none)' } : values;
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: `${Object.values(expected).join('\n')}\n` });
    expect(onHost()).toEqual(before);
  });

  test('are those of the user namespace', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = bundleWith(rig, { 'user.max_net_namespaces': '7' }, (linux) => {
      if (linux.uidMappings === undefined) {
        linux.namespaces?.push({ type: 'user' });
        const mappings = [{ containerID: 0, hostID: 0, size: 65_536 }];
        Object.assign(linux, { uidMappings: mappings, gidMappings: mappings });
      }
    });
    const file = '/proc/sys/user/max_net_namespaces';
    const before = readFileSync(file, 'utf8');
    const config = join(bundle.path, 'config.json');
    const text = readFileSync(config, 'utf8').replace(files[0] as string, file);
    writeFileSync(config, text);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result.stderr).toBe('');
    expect(result.stdout.split('\n')[0]).toBe('7');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test('of the host are refused, also where its namespace is joined', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = bundleWith(rig, { 'net.ipv4.ip_forward': '1' }, ({ namespaces }) => {
      for (const one of namespaces as { type: string; path?: string }[]) {
        if (one.type === 'network') one.path = `/proc/${process.pid}/ns/net`;
      }
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      'sysctl "net.ipv4.ip_forward" is not allowed in the host\'s network namespace',
    );
    expect(result.stderr).toContain('(/linux/sysctl/net.ipv4.ip_forward)');
  });

  test('that the kernel refuses leave nothing, and are explained', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const id = rig.id();
    const bundle = bundleWith(rig, { 'net.ipv4.ip_forward': 'maybe' });
    const result = await rig.tsrun(['create', '--bundle', bundle.path, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      'cannot set the sysctl "net.ipv4.ip_forward" to "maybe": write: EINVAL (invalid argument)',
    );
    expect(result.stderr).toContain('hint: the kernel does not take this value');
    expect(await rig.tsrun(['state', id])).toMatchObject({ code: 1 });
  });

  test("are not written through the image's /proc", async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    // Without a mount there, /proc is the image's: a trap.
    const bundle = rig.bundle({
      finish: (config, { rootfs }) => {
        rmSync(join(rootfs, 'proc'), { recursive: true, force: true });
        mkdirSync(join(rootfs, 'proc/sys/kernel'), { recursive: true });
        symlinkSync('/tmp/trap', join(rootfs, 'proc/sys/kernel/shmmax'));
        mkdirSync(join(rootfs, 'tmp'), { recursive: true });
        config.mounts = config.mounts.filter(
          ({ destination }: { destination: string }) => destination !== '/proc',
        );
        config.linux.maskedPaths = [];
        config.linux.readonlyPaths = [];
        config.linux.sysctl = { 'kernel.shmmax': '4242' };
        config.process.args = ['sh', '-c', 'ls /tmp'];
      },
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: '' });
  });
});
