/**
 * A systemd to test with: the machine's own where it was booted with systemd; otherwise, for root, one that is started
 * for it in some 0.5 s. It is PID 1 in namespaces of this kernel, has a child of the version 2 hierarchy as its
 * `/sys/fs/cgroup`, a system bus, and a user manager with a session bus for an ordinary user. It ends, and everything
 * of it is removed, with the process that started it, however that ends.
 *
 * What is missing there is what version 2 does not have on this machine: where version 1 has the memory controller,
 * no memory limit is in force. systemd's properties can be looked at all the same.
 *
 *     let found: FoundSystemd;
 *     beforeAll(async () => { found = await findSystemd(); });
 *     afterAll(() => leaveSystemd(found));
 *     test('…', async (context) => {
 *       const systemd = needSystemd(context, found);
 *       await using rig = makeRig([systemd.program]);
 *       await rig.tsrun(['--systemd-cgroup', 'run', …], { through: needWay(context, systemd.asRoot) });
 *     });
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'vitest';
import { hostCgroups } from '../../src/host/cgroups.ts';
import { needs } from './needs.ts';
import { programUnderTest } from './rig.ts';
import { makeTestUsers, type TestUser } from './users.ts';

/** A command that executes the one appended to it; undefined where that cannot be had. */
export type Way = readonly string[] | undefined;

export interface Systemd {
  readonly asRoot: Way;
  /** As an ordinary user, in a service that the user manager has delegated. Has XDG_RUNTIME_DIR. */
  readonly asUser: Way;
  /** As the same user where a login is: in a cgroup of the system manager. Has XDG_RUNTIME_DIR. */
  readonly asLogin: Way;
  readonly user: TestUser | undefined;
  /** The program under test, where the user finds it, too. */
  readonly program: string;
  /** Of a systemd of ours, as this machine sees it. */
  readonly pid: number | undefined;
  /** Ours to change: no other programs depend on it. */
  readonly ours: boolean;
}

export type FoundSystemd = { readonly systemd: Systemd; readonly end: () => Promise<void> } | string;

/** Far more than it takes. */
const LONGEST = 20_000;

const here = join(import.meta.dirname, 'systemd');
const clone = join(import.meta.dirname, '../..');

/** @returns why there is none, otherwise */
export async function findSystemd(): Promise<FoundSystemd> {
  if (existsSync('/run/systemd/system')) return { systemd: machinesOwn(), end: async () => {} };
  if (process.getuid?.() !== 0) return 'needs a machine booted with systemd, or root to start one';
  const missing = [needs.systemd, needs.dbus, needs.dbusUserSession].find(({ present }) => !present());
  if (missing) return `${missing.package} is not installed`;
  const hierarchy = hostCgroups().find(({ version }) => version === 2)?.mountPoint;
  if (hierarchy === undefined) return 'needs cgroup version 2 to be mounted';
  return start('unified', [hierarchy]);
}

/**
 * One with version 1 alone, as machines were booted until 2021: with the controllers that this machine has there. No
 * machine's own is used. @returns why there is none, otherwise
 */
export async function findLegacySystemd(): Promise<FoundSystemd> {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = [needs.systemd, needs.dbus].find(({ present }) => !present());
  if (missing) return `${missing.package} is not installed`;
  const hierarchies = hostCgroups().filter(({ version }) => version === 1);
  const isNamed = hierarchies.some(({ controllers }) => controllers.includes('name=systemd'));
  if (!isNamed) return 'needs cgroup version 1, with the hierarchy name=systemd';
  return start(
    'legacy',
    hierarchies.map(({ mountPoint }) => mountPoint),
  );
}

export async function leaveSystemd(found: FoundSystemd | undefined): Promise<void> {
  if (typeof found === 'object') await found.end();
}

/** Skips the test, with the reason, where there is none. */
export function needSystemd(context: TestContext, found: FoundSystemd): Systemd {
  if (typeof found === 'string') context.skip(found);
  return (found as Exclude<FoundSystemd, string>).systemd;
}

/** Skips the test where a command cannot be executed in this way. */
export function needWay(context: TestContext, way: Way): readonly string[] {
  context.skip(way === undefined, 'needs root, or a user with linger and a session bus');
  return way as readonly string[];
}

async function start(mode: 'unified' | 'legacy', hierarchies: readonly string[]): Promise<FoundSystemd> {
  const user = makeTestUsers()[0] as TestUser;
  const child = spawn(
    'sh',
    [join(here, 'supervise.sh'), mode, `${user.uid}`, `${user.gid}`, ...hierarchies],
    // Its own session: what is typed at the terminal ends the tests, and so it.
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  );
  const timer = setTimeout(() => child.stdin.end(), LONGEST);
  const line = await firstLine(child);
  clearTimeout(timer);
  const end = async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
  };
  const [pid = '', name = ''] = line?.split(' ') ?? [];
  if (pid === '') {
    await end();
    return 'systemd does not start in namespaces of this kernel';
  }
  const enter = (as: Pick<TestUser, 'uid' | 'gid'>, place: string) => {
    const cgroups = hierarchies.map((hierarchy) => `${hierarchy}/${name}${place}`).join(':');
    return ['sh', join(here, 'enter.sh'), pid, cgroups, `${as.uid}`, `${as.gid}`];
  };
  const root = { uid: 0, gid: 0 };
  const slice = `/user.slice/user-${user.uid}.slice`;
  const common = {
    user,
    pid: Number(pid),
    program: programUnderTest().replace(clone, '/run/clone'),
    ours: true,
  };
  if (mode === 'legacy') {
    const systemd = { ...common, asRoot: enter(root, ''), asUser: undefined, asLogin: undefined };
    return { systemd, end };
  }
  const systemd: Systemd = {
    ...common,
    asRoot: enter(root, '/system.slice/tests.service/commands'),
    asUser: enter(user, `${slice}/user@${user.uid}.service/app.slice/tests.service/commands`),
    asLogin: enter(user, `${slice}/session@${user.uid}.service`),
  };
  return { systemd, end };
}

/** undefined where the program has ended without one. */
function firstLine(child: ChildProcess): Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  return new Promise((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(undefined));
  });
}

function machinesOwn(): Systemd {
  const uid = process.getuid?.() ?? 0;
  const common = { pid: undefined, program: programUnderTest(), ours: false };
  if (uid !== 0) {
    const hasBus = existsSync(`${process.env.XDG_RUNTIME_DIR ?? `/run/user/${uid}`}/bus`);
    const user = { name: process.env.USER ?? `${uid}`, uid, gid: process.getgid?.() ?? uid };
    const way = hasBus ? [] : undefined;
    return { ...common, asRoot: undefined, asUser: way, asLogin: way, user };
  }
  const user = userWithLinger();
  const way = user && [
    ...['setpriv', '--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--init-groups'],
    ...['env', `HOME=/run/user/${user.uid}`, `XDG_RUNTIME_DIR=/run/user/${user.uid}`],
  ];
  return { ...common, asRoot: [], asUser: way, asLogin: way, user };
}

/** loginctl(1), enable-linger: the user's manager runs although the user is not logged in. */
function userWithLinger(): TestUser | undefined {
  const folder = '/var/lib/systemd/linger';
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  return users.find(({ name, uid }) => names.includes(name) && existsSync(`/run/user/${uid}/bus`));
}
