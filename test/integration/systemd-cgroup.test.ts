/** `--systemd-cgroup`: the container's cgroup is a scope of systemd's, for root and for ordinary users. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { type FoundSystemd, findSystemd, leaveSystemd } from '../setup/systemd-host.ts';
import { systemdRig } from '../setup/systemd-tests.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findSystemd();
});

afterAll(() => leaveSystemd(found));

describe.for(['asRoot', 'asUser', 'asLogin'] as const)('a container, %s', (as) => {
  test('lives in its scope, with everything that is executed in it, until it is deleted', async (context) => {
    await using own = systemdRig(context, found, as);
    const { id, unit, result } = await own.start(own.bundle(), 'create');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const place = await own.property(unit, 'ControlGroup');
    const slice = as === 'asRoot' ? 'system.slice' : 'user.slice';
    expect(place).toMatch(
      as === 'asRoot' ? /^\/system\.slice\/tsrun-/ : /\/user@\d+\.service\/user\.slice\/tsrun-/,
    );
    expect(await own.property(unit, 'Slice')).toBe(slice);
    expect(await own.property(unit, 'Delegate')).toBe('yes');

    expect(await own.tsrun('start', id)).toMatchObject({ code: 0, stderr: '' });
    const processes = async () => (await own.run('cat', `/sys/fs/cgroup${place}/cgroup.procs`)).stdout;
    expect((await own.tsrun('ps', '--format', 'json', id)).stdout).toBe(`[${(await processes()).trim()}]\n`);
    // Without the option, as engines do it.
    const inside = await own.rig.tsrun(['exec', id, 'sh', '-c', 'sleep 0.2 & cat /proc/self/cgroup']);
    expect(inside).toMatchObject({ code: 0, stderr: '' });
    expect(inside.stdout).toMatch(/^0::\/$/m);

    expect(await own.tsrun('pause', id)).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await own.tsrun('state', id)).stdout).status).toBe('paused');
    const second = await own.tsrun('create', '--bundle', own.bundle().path, id);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toContain('container with given ID already exists');
    expect(await own.tsrun('resume', id)).toMatchObject({ code: 0, stderr: '' });
    expect(await own.rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
    expect(await own.left(id)).toEqual([]);
  });

  test('in the foreground takes its scope with it', async (context) => {
    await using own = systemdRig(context, found, as);
    const id = own.rig.id();
    const { path } = own.bundle((config) => {
      config.process.args = ['sh', '-c', 'exit 42'];
    });
    expect(await own.tsrun('run', '--bundle', path, id)).toMatchObject({ code: 42, stderr: '' });
    expect(await own.left(id)).toEqual([]);
  });

  test('that cannot be made leaves no scope', async (context) => {
    await using own = systemdRig(context, found, as);
    const id = own.rig.id();
    const { path } = own.bundle((config) => {
      config.process.args = ['nosuchcommand'];
    });
    expect(await own.tsrun('run', '--bundle', path, id)).toMatchObject({ code: 1 });
    expect(await own.left(id)).toEqual([]);
  });
});

test('without a D-Bus daemon the user’s systemd is reached by its own socket', async (context) => {
  const script = `
    directory=$XDG_RUNTIME_DIR/without-daemon
    mkdir -p $directory/systemd && ln -sfn $XDG_RUNTIME_DIR/systemd/private $directory/systemd/private
    XDG_RUNTIME_DIR=$directory exec "$@"`;
  await using own = systemdRig(context, found, 'asUser', ['sh', '-c', script, 'sh']);
  const { id, unit, result } = await own.start(own.bundle());
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(await own.property(unit, 'ControlGroup')).toMatch(/\/user@\d+\.service\/user\.slice\/tsrun-/);
  expect(await own.rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
  expect(await own.left(id)).toEqual([]);
  await own.run('sh', '-c', 'rm -r "$XDG_RUNTIME_DIR"');
});

test('root of a user namespace has its user’s systemd', async (context) => {
  await using own = systemdRig(context, found, 'asUser', ['unshare', '--user', '--map-root-user']);
  const { path } = own.bundle((config) => {
    for (const maps of ['uidMappings', 'gidMappings'])
      config.linux[maps] = [{ containerID: 0, hostID: 0, size: 1 }];
  });
  const { id, unit, result } = await own.start({ path, rootfs: '' });
  expect(result).toMatchObject({ code: 0 });
  expect(await own.property(unit, 'ControlGroup')).toMatch(/\/user@\d+\.service\/user\.slice\/tsrun-/);
  expect(await own.rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
  expect(await own.left(id)).toEqual([]);
});

test('cgroupsPath names slice, prefix and name; annotations add properties', async (context) => {
  await using own = systemdRig(context, found, 'asRoot');
  const name = `n${process.pid}`;
  const { id, result } = await own.start(
    own.bundle((config) => {
      config.linux.cgroupsPath = `tests-some.slice:web:${name}`;
      config.annotations = {
        'org.systemd.property.TimeoutStopSec': 'uint64 7',
        'org.systemd.property.Documentation': "['man:tsrun(1)']",
      };
    }),
  );
  const unit = `web-${name}.scope`;
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(await own.property(unit, 'ControlGroup')).toBe(`/tests.slice/tests-some.slice/${unit}`);
  expect(await own.property(unit, 'TimeoutStopUSec')).toBe('7s');
  expect(await own.property(unit, 'Documentation')).toBe('"man:tsrun(1)"');
  await own.tsrun('delete', '--force', id);
  expect(await own.property(unit, 'LoadState')).toBe('not-found');
});

describe('units of the same name', () => {
  test('one that is in use is refused, and left alone', async (context) => {
    await using own = systemdRig(context, found, 'asRoot');
    const name = `used${process.pid}`;
    const unit = `tests-${name}.scope`;
    const { path } = own.bundle((config) => {
      config.linux.cgroupsPath = `:tests:${name}`;
    });
    const first = await own.start({ path, rootfs: '' });
    expect(first.result.code).toBe(0);
    const second = await own.tsrun('create', '--bundle', path, own.rig.id());
    expect(second).toMatchObject({ code: 1 });
    expect(second.stderr).toContain(`Unit ${unit} already exists`);
    expect(await own.property(unit, 'ActiveState')).toBe('active');
  });

  test('one that has failed is replaced', async (context) => {
    await using own = systemdRig(context, found, 'asRoot');
    const id = own.rig.id();
    const unit = `tsrun-${id}.scope`;
    const limited = ['--quiet', '--scope', `--unit=${unit}`, '--property=RuntimeMaxSec=0.1'];
    await own.run('systemd-run', ...limited, 'sleep', '5');
    await expect.poll(() => own.property(unit, 'ActiveState')).toBe('failed');
    const { path } = own.bundle((config) => {
      config.process.args = ['true'];
    });
    expect(await own.tsrun('run', '--bundle', path, id)).toMatchObject({ code: 0, stderr: '' });
    expect(await own.left(id)).toEqual([]);
  });
});

test('a scope that somebody has stopped is the end of the container', async (context) => {
  await using own = systemdRig(context, found, 'asRoot');
  const { id, unit } = await own.start(
    own.bundle((config) => {
      // The first process of a pid namespace has signals only that it asks for.
      config.process.args = ['sh', '-c', 'trap "exit 3" TERM; while :; do sleep 0.1; done'];
    }),
  );
  await own.systemctl('stop', unit);
  expect(JSON.parse((await own.tsrun('state', id)).stdout).status).toBe('stopped');
  expect(await own.tsrun('delete', id)).toMatchObject({ code: 0, stderr: '' });
  expect(await own.left(id)).toEqual([]);
});

test('a runtime that is killed leaves nothing that delete --force does not find', async (context) => {
  need(context, 'strace');
  await using cleaner = systemdRig(context, found, 'asRoot');
  // Messages to systemd are sent with sendto, as those to the init stub are.
  for (let when = 1; ; when++) {
    const strace = ['strace', '-qq', '-o', '/dev/null', '-e', 'trace=sendto'];
    const inject = ['-e', `inject=sendto:signal=KILL:when=${when}`];
    await using own = systemdRig(context, found, 'asRoot', [...strace, ...inject]);
    const { id, result } = await own.start(own.bundle(), 'create');
    if (result.code === 0) {
      // The user, a name, the version, the unit, the place; signals; the start, and whether it is there.
      expect(when).toBeGreaterThan(9);
      break;
    }
    const removed = await cleaner.rig.tsrun(['--root', own.rig.root, 'delete', '--force', id]);
    expect([when, removed.code, removed.stderr]).toEqual([when, 0, '']);
    expect([when, await cleaner.left(id)]).toEqual([when, []]);
  }
});

describe('what is missing is named', () => {
  test('no variable, no bus', async (context) => {
    await using without = systemdRig(context, found, 'asUser', ['env', '--unset=XDG_RUNTIME_DIR']);
    const { path } = without.bundle();
    const unset = await without.tsrun('create', '--bundle', path, without.rig.id());
    expect(unset).toMatchObject({ code: 1 });
    expect(unset.stderr).toContain('neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set');
    expect(unset.stderr).toContain('loginctl enable-linger');

    await using lost = systemdRig(context, found, 'asUser', ['env', 'XDG_RUNTIME_DIR=/nowhere']);
    const nowhere = await lost.tsrun('create', '--bundle', lost.bundle().path, lost.rig.id());
    expect(nowhere.stderr).toContain('there is no /nowhere/bus');

    const address = 'DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere/bus';
    await using wrong = systemdRig(context, found, 'asUser', ['env', address]);
    const refused = await wrong.tsrun('create', '--bundle', wrong.bundle().path, wrong.rig.id());
    expect(refused.stderr).toContain(
      'cannot speak with systemd at "unix:path=/nowhere/bus": connect: ENOENT',
    );
  });

  test('the right to ask the machine’s systemd', async (context) => {
    await using own = systemdRig(context, found, 'asUser');
    const { path } = own.bundle();
    const result = await own.tsrun('--rootless', 'false', 'create', '--bundle', path, own.rig.id());
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toMatch(/only root may ask the machine's systemd for units/);
  });
});
