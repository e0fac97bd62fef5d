/** tsrun where it is no machine's root but a user namespace's: in a container, or under unshare(1). */
import { expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { need } from '../setup/needs.ts';
import { makeRig } from '../setup/rig.ts';

const isRoot = process.getuid?.() === 0;
/** The caller becomes root of a user namespace with its one id. */
const inside = ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork', '--mount-proc'];

function quiet(config: LooseConfig): void {
  delete config.linux.resources;
  delete config.process.capabilities;
}

test("a user namespace's root makes containers without another one", async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      quiet(config);
      const { linux } = config;
      linux.namespaces = ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type }));
      delete linux.uidMappings;
      delete linux.gidMappings;
      // Group 5 is not mapped out there.
      for (const mount of config.mounts)
        mount.options = mount.options?.filter((one: string) => one !== 'gid=5');
      linux.devices = [{ path: '/dev/zero', type: 'c', major: 1, minor: 5 }];
      linux.sysctl = { 'net.ipv4.ip_forward': '1' };
      config.process.args = ['sh', '-c', 'id -u; cat /proc/sys/net/ipv4/ip_forward; stat -c %t:%T /dev/zero'];
    },
  });
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through: inside });
  expect(result).toMatchObject({ code: 0, stdout: '0\n1\n1:5\n', stderr: '' });
});

test('where /proc is masked, what needs one says so', async (context) => {
  need(context, 'busybox');
  context.skip(!isRoot, 'an ordinary user cannot mask it');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      quiet(config);
      config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
      config.linux.namespaces.push({ type: 'user' });
      const map = [{ containerID: 0, hostID: 0, size: 1 }];
      Object.assign(config.linux, { uidMappings: map, gidMappings: map, maskedPaths: [], readonlyPaths: [] });
      config.mounts = config.mounts.filter(
        ({ destination }: { destination: string }) => destination === '/dev',
      );
    },
  });
  const mask = 'mount --bind /proc/sys /proc/sys && mount -t tmpfs none /proc/tty && exec "$@"';
  const through = ['unshare', '--mount', 'sh', '-c', mask, 'sh'];
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('cannot set the sysctl "net.ipv4.ip_forward" to "1": openat2: EXDEV');
  expect(result.stderr).toContain('the /proc that tsrun runs with is masked or read-only');
});
