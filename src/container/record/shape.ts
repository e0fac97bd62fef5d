/** Whether a record has the form that this version writes: what it says is removed, killed and signalled. */
import type { ProcessIdentity } from '../../host/process-identity.ts';
import { RECORD_VERSION, type StateRecord } from '../state-record.ts';

/** @returns what was expected; undefined if the value is right */
type Check = (value: unknown) => string | undefined;

function when(expected: string, isRight: (value: unknown) => boolean): Check {
  return (value) => (isRight(value) ? undefined : expected);
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function listOf(check: Check): Check {
  return (value) => (Array.isArray(value) ? firstProblem(value, check) : 'an array');
}

function objectOf(checks: Readonly<Record<string, Check>>): Check {
  const members = Object.entries(checks);
  return (value) => {
    if (!isObject(value)) return 'an object';
    return firstProblem(members, ([key, check]) => inMember(key, check(value[key])));
  };
}

function inMember(key: string, expected: string | undefined): string | undefined {
  return expected === undefined ? undefined : `${expected} at "${key}"`;
}

function firstProblem<T>(values: readonly T[], check: (value: T) => string | undefined): string | undefined {
  for (let at = 0; at < values.length; at++) {
    const problem = check(values[at] as T);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text = when('a string', (value) => typeof value === 'string' && !value.includes('\0'));
const flag = when('true or false', (value) => typeof value === 'boolean');
const yes = when('true', (value) => value === true);
const count = when('a whole number', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const id = when('an id', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const hexadecimal = when('a hexadecimal number', (value) => /^[0-9a-f]+$/.test(String(value)));
const path = when('an absolute path without ".."', isPlainPath);
const strings = listOf(text);
const map = objectOf({
  helper: optional(when('newuidmap or newgidmap', (value) => /^\/.*\/new[ug]idmap$/.test(String(value)))),
  mappings: listOf(objectOf({ containerID: count, hostID: count, size: count })),
});

/** Nothing that leads elsewhere than its words say. */
function isPlainPath(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('/') || value.includes('\0')) return false;
  return !value.split('/').includes('..');
}

const identity: { readonly [Key in keyof Required<ProcessIdentity>]: Check } = {
  pid: count,
  startTime: optional(text),
  pidfdInode: optional(count),
  pidNamespace: optional(count),
  boot: optional(text),
};

const checks: { readonly [Key in keyof Required<StateRecord>]: Check } = {
  version: when(String(RECORD_VERSION), (value) => value === RECORD_VERSION),
  ociVersion: text,
  id: text,
  phase: when('"creating" or "created"', (value) => value === 'creating' || value === 'created'),
  ...identity,
  bundle: text,
  rootfs: text,
  created: text,
  annotations: optional((value) =>
    isObject(value) ? firstProblem(Object.values(value), text) : 'an object',
  ),
  ownerUid: id,
  cgroups: listOf(path),
  cgroupInodes: optional(listOf(count)),
  systemd: optional(
    objectOf({
      name: when('the name of a scope', (value) => /^[^/]+\.scope$/.test(String(value))),
      manager: when('"system" or "user"', (value) => value === 'system' || value === 'user'),
      bus: objectOf({ address: text, direct: flag }),
    }),
  ),
  resctrl: optional(objectOf({ joined: listOf(path), made: listOf(path) })),
  freezer: optional(path),
  sharesPids: optional(yes),
  dataDirectory: optional(path),
  helper: optional(objectOf(identity)),
  userNamespace: flag,
  idMaps: optional(objectOf({ uid: map, gid: map })),
  nested: optional(objectOf({ uid: id, gid: id })),
  executable: optional(text),
  env: optional(strings),
  cwdEntered: optional(flag),
  listener: optional(count),
  filter: optional(hexadecimal),
  filtered: optional(yes),
  hasPoststop: flag,
  preserveFds: count,
  capabilities: hexadecimal,
  keyring: optional(text),
};

/** @returns what is wrong: `expected an array at "cgroups"`; undefined for a record */
export function recordProblem(value: unknown): string | undefined {
  const expected = objectOf(checks)(value);
  return expected === undefined ? undefined : `expected ${expected}`;
}
