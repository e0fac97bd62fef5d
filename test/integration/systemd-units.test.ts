/** Units of systemd whose program is a container: `Type=notify`, and sockets that systemd listens at. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { type FoundSystemd, findSystemd, leaveSystemd } from '../setup/systemd-host.ts';
import { type SystemdRig, systemdRig } from '../setup/systemd-tests.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findSystemd();
});

afterAll(() => leaveSystemd(found));

/** Has the machine's programs (systemd-notify, perl) beside busybox. */
function withPrograms(...args: string[]): (config: LooseConfig) => void {
  return (config) => {
    const bind = (path: string, source: string) => ({
      destination: path,
      source,
      type: 'bind',
      options: ['rbind', 'ro'],
    });
    config.mounts.push(bind('/usr', '/usr'), bind('/lib', '/usr/lib'), bind('/lib64', '/usr/lib64'));
    config.process.args = args;
  };
}

function contents(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Starts a transient unit of the test's program. */
async function unit(own: SystemdRig, options: readonly string[], ...command: string[]): Promise<string> {
  const name = `tsrun-unit-${own.rig.id()}`;
  const whose = own.as === 'asRoot' ? [] : ['--user'];
  const args = ['systemd-run', ...whose, '--quiet', `--unit=${name}`, ...options, '--', ...command];
  expect(await own.run(...args)).toMatchObject({ code: 0, stderr: '' });
  return name;
}

describe.for(['asRoot', 'asUser'] as const)('a unit, %s', (as) => {
  // In the foreground tsrun stays, and passes on the signals of the manager.
  test.for([
    ['run', 'tsrun’s'],
    ['run --detach', 'the container’s'],
  ] as const)(
    'Type=notify, %s: has started when the container says so; its main process is %s',
    async ([command], context) => {
      const detaches = command !== 'run';
      context.skip(detaches && as === 'asUser', 'the user’s systemd wants the main process in its own unit');
      await using own = systemdRig(context, found, as);
      const notify = '/usr/bin/systemd-notify';
      const later = `sleep 0.05; ${notify} --status=later; echo $? >/answer`;
      const ready = `echo >/ready; ${notify} --no-block --ready; ${later}`;
      const bundle = own.bundle(withPrograms('sh', '-c', `trap 'exit 0' TERM; ${ready}; sleep 600 & wait`));
      const id = own.rig.id();
      const run = [own.program, '--root', own.rig.root, ...command.split(' '), '--bundle', bundle.path, id];
      // Returns when the unit has started.
      const name = await unit(own, ['--service-type=notify'], ...run);
      try {
        expect(readFileSync(`${bundle.rootfs}/ready`, 'utf8')).toBe('\n');
        expect(await own.property(name, 'ActiveState')).toBe('active');
        const { pid } = JSON.parse((await own.rig.tsrun(['state', id])).stdout);
        const main = await own.property(name, 'MainPID');
        if (detaches) expect(main).toBe(`${pid}`);
        else expect((await own.run('cat', `/proc/${main}/cmdline`)).stdout).toContain(id);
        // It waits until its message has been read.
        await expect.poll(() => contents(`${bundle.rootfs}/answer`)).toBe('0\n');
      } finally {
        await own.systemctl('stop', name);
      }
      expect(await own.property(name, 'ActiveState')).toBe('inactive');
      await own.rig.tsrun(['delete', '--force', id]);
      expect(await own.left(id)).toEqual([]);
    },
  );

  test('a socket that systemd listens at is the container’s, which is started by the first who comes', async (context) => {
    await using own = systemdRig(context, found, as);
    const accept = 'open S, "+<&=3"; accept C, S; syswrite C, "$ENV{LISTEN_FDS} $ENV{LISTEN_PID} $$\\n"';
    const bundle = own.bundle(withPrograms('/usr/bin/perl', '-e', accept));
    const id = own.rig.id();
    const path = `${own.rig.path}/socket`;
    const command = [own.program, '--root', own.rig.root, 'run', '--bundle', bundle.path, id];
    const name = await unit(own, [`--socket-property=ListenStream=${path}`], ...command);
    try {
      expect((await own.rig.tsrun(['list', '--quiet'])).stdout).toBe('');
      const ask =
        'use Socket; socket S, AF_UNIX, SOCK_STREAM, 0; connect S, sockaddr_un shift or die; print <S>';
      expect(await own.run('perl', '-e', ask, path)).toMatchObject({ code: 0, stdout: '1 1 1\n' });
    } finally {
      await own.systemctl('stop', `${name}.socket`, `${name}.service`);
    }
    expect(await own.left(id)).toEqual([]);
  });
});
