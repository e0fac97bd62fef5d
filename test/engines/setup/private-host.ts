/**
 * A host of a test's own, for engines: daemons, images, networks, firewall rules and cgroups that the machine never
 * sees. It is a process with namespaces of all kinds but user; what it has for itself is in private-host.sh, the rest
 * (programs, kernel, users) is the machine's. With that process everything ends that was started in it.
 *
 *     await using host = await makePrivateHost();
 *     await host.run(['podman', 'info']);
 *     await host.run(['podman', 'info'], { as: host.user });
 *
 * tsrun is in it as an administrator would install it: `/usr/local/bin/tsrun` is the program under test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { TestContext } from 'vitest';
import { type ExecuteOptions, execute, type Result } from '../../setup/execute.ts';
import { need, needRoot } from '../../setup/needs.ts';
import { patience } from '../../setup/patience.ts';
import { programUnderTest } from '../../setup/rig.ts';
import { makeTestUsers, type TestUser } from '../../setup/users.ts';
import {
  makePrivateCgroups,
  type PrivateCgroup,
  removeCgroupsWhere,
  removePrivateCgroups,
} from './private-cgroups.ts';

export interface HostOptions extends ExecuteOptions {
  /** An ordinary user; root otherwise. */
  readonly as?: TestUser;
}

/** Where an engine runs. */
export interface EngineHost extends AsyncDisposable {
  /** A directory that is at the same place in the host and on the machine, removed at the end. */
  readonly path: string;
  /** Of its first process, as the machine sees it. */
  readonly pid: number;
  /** Runs a command to its end. */
  run(command: readonly string[], options?: HostOptions): Promise<Result>;
  /** Starts a daemon, which ends with the host at the latest. What it writes is in the file `log`. */
  start(command: readonly string[], log: string, options?: Pick<HostOptions, 'as' | 'env'>): ChildProcess;
  /** Where the machine sees a file of the host. */
  file(path: string): string;
}

export interface PrivateHost extends EngineHost {
  /** An ordinary user with ranges of subordinate ids, a home and a runtime directory in the host. */
  readonly user: TestUser;
  /** The same without subordinate ids. */
  readonly userWithOneId: TestUser;
}

export const script = join(import.meta.dirname, 'private-host.sh');
/** Behind it comes the process that has made the host. */
const prefix = 'tsrun-host-';
/** Whatever TMPDIR says: a host has its own /run and /var/tmp. */
const parent = '/tmp';

/** Skips the test where no private host can be made, or engines in it could set no limits. */
export function needPrivateHost(context: TestContext): void {
  needRoot(context);
  need(context, 'catatonit', 'iproute2', 'uidmap');
  context.skip(!existsSync('/sys/fs/cgroup/memory'), 'a private host needs cgroups of version 1');
}

export async function makePrivateHost(): Promise<PrivateHost> {
  removeAbandoned();
  const path = hostDirectory();
  const [user, userWithOneId] = makeTestUsers() as [TestUser, TestUser];
  const cgroups = makePrivateCgroups(basename(path));
  describeHost(path, cgroups, [user, userWithOneId]);
  const first = spawn('setpriv', ['--pdeathsig', 'KILL', '--', script, 'join', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = await started(first).catch(async (error) => {
    await removePrivateCgroups(cgroups);
    rmSync(path, { recursive: true });
    throw error;
  });
  return {
    path,
    pid,
    user,
    userWithOneId,
    run: ([command = '', ...args], options = {}) => {
      const line = enter(pid, cgroups, [command, ...args], options.as);
      return execute('sh', line, { env: environment(options.as), timeout: patience(100_000), ...options });
    },
    start: (command, log, options = {}) => {
      const line = enter(pid, cgroups, ['sh', '-c', 'exec "$@" >>"$0" 2>&1', log, ...command], options.as);
      return spawn('sh', line, { env: environment(options.as), stdio: 'ignore', ...options });
    },
    file: (inside) => join(`/proc/${pid}/root`, inside),
    async [Symbol.asyncDispose]() {
      const over = first.exitCode ?? first.signalCode ?? once(first, 'exit');
      process.kill(pid, 'SIGKILL');
      await over;
      await removePrivateCgroups(cgroups);
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** At the same place in the host and on the machine. */
export function hostDirectory(): string {
  const path = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  chmodSync(path, 0o755);
  return path;
}

/** What hosts have left whose makers were killed: their processes have ended with them. */
function removeAbandoned(): void {
  const isAbandoned = (name: string) => {
    const maker = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    return maker !== undefined && !existsSync(`/proc/${maker}`);
  };
  removeCgroupsWhere(isAbandoned);
  for (const name of readdirSync(parent).filter(isAbandoned))
    rmSync(join(parent, name), { recursive: true, force: true });
}

/** Writes what private-host.sh reads. */
export function describeHost(
  path: string,
  cgroups: readonly PrivateCgroup[],
  users: readonly TestUser[],
): void {
  const program = programUnderTest();
  const directory = resolve(program, '../..');
  const lines = cgroups.map(({ point, type, options, own }) => `${point} ${type} ${options} ${own}\n`);
  writeFileSync(join(path, 'cgroups'), lines.join(''));
  const accounts = users.map(({ uid, gid, name }) => `${uid} ${gid} ${name}\n`);
  writeFileSync(join(path, 'users'), accounts.join(''));
  writeFileSync(join(path, 'program'), `${directory}\n${relative(directory, program)}\n`);
}

/** The host's first process, as the machine sees it. */
async function started(unshare: ChildProcess): Promise<number> {
  let told = '';
  unshare.stderr?.on('data', (data) => {
    told += data;
  });
  const [line] = await Promise.race([
    once(unshare.stdout as NodeJS.ReadableStream, 'data'),
    once(unshare, 'exit').then(() => ['']),
  ]);
  if (!String(line).includes('ready')) throw new Error(`cannot make a private host: ${told}`);
  return Number(readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, 'utf8'));
}

/** Arguments of a shell that goes into the host: its cgroups, then its namespaces. */
function enter(
  pid: number,
  cgroups: readonly PrivateCgroup[],
  command: readonly string[],
  user?: TestUser,
): string[] {
  const ids = user && ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups', '--'];
  const become = ids === undefined ? [] : ['setpriv', ...ids];
  const joining = cgroups.map(({ own }) => `echo $$ >${own}/cgroup.procs`).join('; ');
  return [
    '-c',
    `${joining}; exec "$@"`,
    'sh',
    'nsenter',
    '--target',
    `${pid}`,
    '--all',
    '--',
    ...become,
    ...command,
  ];
}

/** What commands get on a host. */
export function environment(user?: TestUser): Record<string, string> {
  const shared = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LANG: 'C.UTF-8' };
  if (user === undefined) return { ...shared, HOME: '/run/home', USER: 'root', TMPDIR: '/var/tmp' };
  const HOME = `/home/${user.name}`;
  // buildah keeps its caches below TMPDIR, for whoever is the first.
  return { ...shared, HOME, USER: user.name, TMPDIR: HOME, XDG_RUNTIME_DIR: `/run/user/${user.uid}` };
}
