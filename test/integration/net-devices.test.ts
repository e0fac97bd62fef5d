/** linux.netDevices: interfaces of a network namespace of this test's own, moved into containers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

const isRoot = process.getuid?.() === 0;

function bundleWith(
  rig: Rig,
  netDevices: object,
  change: (linux: Record<string, unknown[]>) => void = () => {},
): Bundle {
  return rig.bundle({
    config: (config) => {
      const { namespaces } = config.linux;
      if (!isRoot) namespaces.push({ type: 'network' });
      config.linux.netDevices = netDevices;
      config.process.args = ['ip', 'addr'];
      change(config.linux);
    },
  });
}

/** Runs a container where the host's network is a new one, made by `script`; `after` is executed behind it. */
function runIn(rig: Rig, script: string, bundle: Bundle, after = ''): Promise<Result> {
  const file = join(rig.path, 'network.sh');
  writeFileSync(file, `set -e\n${script}\nset +e\n"$@"\nstatus=$?\n${after}\nexit $status\n`);
  return rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through: ['unshare', '-n', 'sh', file] });
}

const pair = (name: string) => `ip link add ${name} type veth peer name ${name}-peer`;

/** The lines about one interface, without what differs from machine to machine. */
function interfaceIn(output: string, name: string): string[] {
  const block = output
    .split(/^\d+: /m)
    .find((text) => text.startsWith(`${name}@`) || text.startsWith(`${name}:`));
  return (block ?? '').split('\n').flatMap((line) => /inet6? (\S+)|mtu \d+|,UP/g[Symbol.match](line) ?? []);
}

describe('network devices', () => {
  test('are moved with their permanent addresses, and brought up', async (context) => {
    need(context, 'busybox', 'iproute2');
    needRoot(context);
    await using rig = makeRig();
    const script = [
      pair('one'),
      pair('two'),
      'ip addr add 192.0.2.1/24 brd + dev one',
      'ip addr add 192.0.2.9/32 peer 192.0.2.10 dev one label one:a',
      'ip addr add 2001:db8::1/64 nodad dev one',
      'ip addr add 169.254.3.3/16 scope link dev one',
      'ip addr add 203.0.113.1/24 valid_lft 100 preferred_lft 50 dev one',
      'ip link set one mtu 1400 up',
    ].join('\n');
    const bundle = bundleWith(rig, { one: { name: 'first' }, two: {} });
    const result = await runIn(rig, script, bundle, 'ip -br link >&2');
    expect(result.code).toBe(0);
    expect(interfaceIn(result.stdout, 'first')).toEqual([
      ...[',UP', 'mtu 1400', 'inet 192.0.2.1/24', 'inet 192.0.2.9', 'inet6 2001:db8::1/64'],
    ]);
    expect(interfaceIn(result.stdout, 'two')).toEqual([',UP', 'mtu 1500']);
    expect(result.stdout).not.toContain('one');
    expect(result.stderr).not.toMatch(/^(one|two)@/m);
  });

  test('get a number where their name is a template, also in a user namespace', async (context) => {
    need(context, 'busybox', 'iproute2');
    needRoot(context);
    await using rig = makeRig();
    const bundle = bundleWith(rig, { one: { name: 'net%d' }, two: { name: 'net%d' } }, (linux) => {
      linux.namespaces?.push({ type: 'user' });
      const mappings = [{ containerID: 0, hostID: 0, size: 65_536 }];
      Object.assign(linux, { uidMappings: mappings, gidMappings: mappings });
    });
    const script = `${pair('one')}\n${pair('two')}\nip addr add 198.51.100.1/24 dev two`;
    const result = await runIn(rig, script, bundle);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(interfaceIn(result.stdout, 'net0')).toEqual([',UP', 'mtu 1500']);
    expect(interfaceIn(result.stdout, 'net1')).toEqual([',UP', 'mtu 1500', 'inet 198.51.100.1/24']);
  });

  test.for([
    ['nope', {}, 'the host has no interface "nope"'],
    ['one', { name: 'lo' }, 'cannot move the interface "one": the container has a "lo" already'],
    [
      'lo',
      { name: 'lo1' },
      'cannot move the interface "lo" as "lo1": RTM_NEWLINK: EINVAL (invalid argument)',
    ],
  ] as const)('that cannot be moved stay, with the others: %s', async ([name, device, message], context) => {
    need(context, 'busybox', 'iproute2');
    needRoot(context);
    await using rig = makeRig();
    const devices = name === 'lo' ? { lo: device } : { two: {}, [name]: device };
    const result = await runIn(
      rig,
      `${pair('one')}\n${pair('two')}`,
      bundleWith(rig, devices),
      'ip -br link',
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(`(/linux/netDevices/${name})`);
    expect(result.stdout).toMatch(/^one@one-peer .*\n(.*\n)*^two@two-peer /m);
  });

  test('are not moved by ordinary users', async (context) => {
    need(context, 'busybox');
    context.skip(isRoot, 'for an ordinary user');
    await using rig = makeRig();
    const result = await rig.tsrun(['run', '--bundle', bundleWith(rig, { lo: {} }).path, rig.id()]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('network devices are not supported for rootless containers');
  });
});
