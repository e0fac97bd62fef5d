/** What an engine does on a private host stays there, and ends with it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { makePrivateHost, needPrivateHost } from './setup/private-host.ts';

const script = `set -e
mount -t tmpfs left /mnt
ip link add left type bridge
iptables -N LEFT
mkdir /sys/fs/cgroup/memory/left /var/lib/containers/left /run/left
sleep 1000.125 >/dev/null 2>&1 &
echo $! >/sys/fs/cgroup/memory/left/cgroup.procs`;

test('a host that ends leaves no mount, interface, process, file or cgroup', async (context) => {
  needPrivateHost(context);
  need(context, 'iptables');
  const host = await makePrivateHost();
  const done = await host.run(['sh', '-c', `${script}; ls -d /mnt /run/left`]);
  expect(done).toMatchObject({ code: 0, stdout: '/mnt\n/run/left\n' });
  expect(commandLines()).toContain('sleep\u00001000.125\u0000');
  await host[Symbol.asyncDispose]();

  expect(commandLines()).not.toContain('sleep\u00001000.125\u0000');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toMatch(/ left /);
  expect(readFileSync('/proc/net/dev', 'utf8')).not.toMatch(/^ *left:/m);
  const paths = [
    '/run/left',
    '/var/lib/containers/left',
    host.path,
    `/sys/fs/cgroup/memory/${basename(host.path)}`,
  ];
  expect(paths.filter((path) => existsSync(path))).toEqual([]);
});

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // it has ended
      }
    });
}
