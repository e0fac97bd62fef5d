/**
 * The ordinary users that root runs the rootless tests as: one with ranges of subordinate ids, one with none.
 * They are system users that nobody can log in as; they stay, the directories do not.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const subordinateIds = 65_536;

/** Makes the users where they are missing. Needs root. */
export function makeTestUsers(): TestUser[] {
  const withRanges = makeUser('tsrun-test-subids');
  addRange('subuid', withRanges.name, '--add-subuids');
  addRange('subgid', withRanges.name, '--add-subgids');
  return [withRanges, makeUser('tsrun-test-single')];
}

/** The environment of a user whose home and runtime directory are made below `folder`. */
export function userEnvironment(user: TestUser, folder: string): Record<string, string> {
  const own = (name: string) => {
    const path = join(folder, user.name, name);
    mkdirSync(path, { recursive: true });
    for (const made of [join(folder, user.name), path]) {
      chownSync(made, user.uid, user.gid);
      chmodSync(made, 0o700);
    }
    return path;
  };
  return {
    HOME: own('home'),
    XDG_RUNTIME_DIR: own('runtime'),
    TMPDIR: own('tmp'),
    USER: user.name,
    LOGNAME: user.name,
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
  };
}

function makeUser(name: string): TestUser {
  const existing = findUser(name);
  if (existing !== undefined) return existing;
  run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  const made = findUser(name);
  if (made === undefined) throw new Error(`useradd made no user "${name}"`);
  return made;
}

function findUser(name: string): TestUser | undefined {
  const fields = lines('/etc/passwd')
    .find((line) => line.startsWith(`${name}:`))
    ?.split(':');
  return fields && { name, uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** A range behind all others, so that it overlaps none. */
function addRange(file: 'subuid' | 'subgid', name: string, option: string): void {
  const ranges = lines(`/etc/${file}`).map((line) => line.split(':'));
  if (ranges.some(([owner]) => owner === name)) return;
  const ends = ranges.map(([, first, count]) => Number(first) + Number(count)).filter(Number.isFinite);
  const first = Math.max(100_000, ...ends);
  run('usermod', [option, `${first}-${first + subordinateIds - 1}`, name]);
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
