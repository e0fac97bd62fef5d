/** The runtimes under test, and the users they are run as. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../../test/setup/needs.ts';
import { makeTestUsers, type TestUser, userEnvironment } from '../../test/setup/users.ts';
import { readableClone } from '../test/readable-clone.ts';
import type { CallerName, RuntimeName } from './results.ts';

export interface Runtime {
  readonly name: RuntimeName;
  readonly path: string;
  readonly version: string;
}

/** Who runs the suite, with the environment that its helpers.bash wants. */
export interface Caller {
  readonly name: CallerName;
  readonly uid: number;
  readonly gid: number;
  /** Whether it gets a cgroup of its own. */
  readonly delegated: boolean;
  readonly env: Readonly<Record<string, string>>;
}

/** @param clone of tsrun that every caller can read */
export function runtimeOf(name: RuntimeName, clone: string): Runtime {
  const path = pathOf(name, clone);
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return { name, path, version: /version:? (\S+)/.exec(stdout)?.[1] ?? 'unknown' };
}

function pathOf(name: RuntimeName, clone: string): string {
  if (name === 'tsrun') return join(clone, 'dist/bin/tsrun');
  if (name === 'tsrun on Node') return join(clone, 'dist/bin/tsrun-node');
  const path = findCommand(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** The user with ranges of subordinate ids, who is made where missing. */
export function suiteUser(): TestUser {
  const [user] = makeTestUsers();
  if (user === undefined) throw new Error('no user for the rootless tests');
  return user;
}

export function cloneFor(user: TestUser, scratch: string): string {
  return readableClone([user], join(scratch, 'clone'));
}

export function callerOf(name: CallerName, user: TestUser, scratch: string): Caller {
  return name === 'root' ? asRoot(scratch) : asUser(name, user, scratch);
}

function asRoot(scratch: string): Caller {
  const tmp = join(scratch, 'root');
  mkdirSync(tmp, { recursive: true });
  return { name: 'root', uid: 0, gid: 0, delegated: false, env: { HOME: '/root', TMPDIR: tmp } };
}

function asUser(name: CallerName, user: TestUser, scratch: string): Caller {
  const own = userEnvironment(user, scratch);
  // The ids of a user namespace must be able to pass.
  chmodSync(join(scratch, user.name), 0o711);
  chmodSync(own.TMPDIR ?? scratch, 0o711);
  const delegated = name !== 'rootless';
  const env = delegated ? features(user, scratch) : { ROOTLESS_FEATURES: '' };
  return { name, uid: user.uid, gid: user.gid, delegated, env: { ...own, ...env } };
}

/** What tests/rootless.sh of runc exports for its features "idmap" and "cgroup". */
function features(user: TestUser, scratch: string): Record<string, string> {
  const [uids, gids] = ['subuid', 'subgid'].map((file) => rangeOf(`/etc/${file}`, user.name)) as [
    Range,
    Range,
  ];
  const auxUid = 1024;
  const auxDirectory = mkdtempSync(join(scratch, 'aux-'));
  // 1000 is the container's id where helpers.bash maps the range to.
  chownSync(auxDirectory, uids.start + auxUid - 1000, 0);
  return {
    ROOTLESS_FEATURES: 'idmap+cgroup',
    ROOTLESS_UIDMAP_START: String(uids.start),
    ROOTLESS_UIDMAP_LENGTH: String(uids.length),
    ROOTLESS_GIDMAP_START: String(gids.start),
    ROOTLESS_GIDMAP_LENGTH: String(gids.length),
    AUX_UID: String(auxUid),
    AUX_DIR: auxDirectory,
  };
}

interface Range {
  readonly start: number;
  readonly length: number;
}

function rangeOf(file: string, name: string): Range {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`));
  const [, start, length] = (line ?? '').split(':').map(Number);
  if (!start || !length) throw new Error(`no range for "${name}" in ${file}`);
  return { start, length };
}
