import { describe, expect, test } from 'vitest';
import { namespaceOfSysctl, sysctlPath } from '../../../../src/spec/sysctl-name.ts';
import { load, messageFor, validConfig } from '../fixture.ts';

describe('the name of a sysctl', () => {
  test.each([
    ['net.ipv4.ip_forward', 'net/ipv4/ip_forward'],
    ['net/ipv4/ip_forward', 'net/ipv4/ip_forward'],
    ['net.ipv4.conf.eth0/1.forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
    ['net/ipv4/conf/eth0.1/forwarding', 'net/ipv4/conf/eth0.1/forwarding'],
  ])('%s is the file %s', (name, path) => {
    expect(sysctlPath(name)).toBe(path);
  });

  test.each(['', 'kernel', '.', 'net..x', '/net/x', 'net/', 'net/../kernel/panic', 'net.//.y', 'net/./x'])(
    '%j is none',
    (name) => {
      expect(sysctlPath(name)).toBeUndefined();
    },
  );

  test('tells the namespace', () => {
    const of = (name: string) => namespaceOfSysctl(sysctlPath(name) ?? '');
    expect(
      ['net.core.somaxconn', 'kernel.sem', 'fs.mqueue.msg_max', 'user.max_net_namespaces'].map(of),
    ).toEqual(['network', 'ipc', 'ipc', 'user']);
    expect(
      ['kernel.domainname', 'kernel.panic', 'fs.file-max', 'kernel.shmxyz', 'network.x'].map(of),
    ).toEqual([...['uts', undefined, undefined, undefined, undefined]]);
  });
});

function messageOf(sysctl: Record<string, string>, without?: string, domainname?: string): Promise<string> {
  return messageFor((config) => {
    config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== without);
    Object.assign(config.linux, { sysctl });
    if (domainname !== undefined) config.domainname = domainname;
  });
}

describe('a sysctl', () => {
  test('of no namespace is refused', async () => {
    expect(await messageOf({ 'kernel.panic': '1' })).toBe(
      `/linux/sysctl/kernel.panic: expected a sysctl of one of the container's namespaces, ` +
        'found "kernel.panic", which is not in a separate kernel namespace; ' +
        'remove it, and set it on the host with sysctl(8)',
    );
  });

  test.each([
    ['net.ipv4.ip_forward', 'network'],
    ['kernel.shmmax', 'ipc'],
    ['fs/mqueue/msg_max', 'ipc'],
  ])('%s needs a namespace', async (name, type) => {
    const text = await messageOf({ [name]: '1' }, type);
    expect(text).toContain(
      `expected no sysctl of the host's ${type} namespace, found "${name}"; add {"type"`,
    );
  });

  test('that another field has is refused', async () => {
    expect(await messageOf({ 'kernel.hostname': 'x' })).toContain('conflicts with /hostname');
    expect(await messageOf({ 'kernel.domainname': 'x' }, undefined, 'y')).toContain(
      'conflicts with /domainname',
    );
  });

  test('may not stand there twice', async () => {
    expect(await messageOf({ 'net.a.b': '1', 'net/a/b': '2' })).toContain(
      'found "net/a/b", which is also "net.a.b"',
    );
  });

  test('climbs out of nothing', async () => {
    expect(await messageOf({ 'net/../kernel/panic': '1' })).toContain('expected the name of a sysctl');
  });

  test('of a namespace of its own is fine', () => {
    const config = validConfig();
    const sysctl = { 'net.core.somaxconn': '1', 'kernel.domainname': 'x', 'user.max_user_namespaces': '1' };
    Object.assign(config.linux ?? {}, { sysctl });
    expect(load(JSON.stringify({ ...config, domainname: 'x' })).linux?.sysctl).toEqual(sysctl);
  });
});
