/**
 * linux.resources.devices, resolved: what the rules come to, applied one after another (config-linux.md,
 * "Allowed Device list"), with the devices that every container may use behind them, as runc has it.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { DeviceRule } from '../spec/types.ts';

const ANY = -1;
const POINTER = '/linux/resources/devices';

/** One exception from the default: a device, or many. */
export interface DeviceException {
  readonly type: 'b' | 'c';
  /** -1 is any. */
  readonly major: number;
  readonly minor: number;
  /** Of `r`, `w`, `m`, in this order. */
  readonly access: string;
}

/** One rule of the list, complete. */
export interface OrderedRule {
  readonly allow: boolean;
  /** `a` is both. */
  readonly type: 'a' | 'b' | 'c';
  /** -1 is any. */
  readonly major: number;
  readonly minor: number;
  /** Of `r`, `w`, `m`. */
  readonly access: string;
}

/** Everything is allowed (or denied), except these. */
export interface DevicePolicy {
  readonly allow: boolean;
  readonly exceptions: readonly DeviceException[];
}

/** Of every kind: whatever else is denied, nodes may be made. */
export const anyNode: readonly OrderedRule[] = (['c', 'b'] as const).map((type) => {
  return { allow: true, type, major: ANY, minor: ANY, access: 'm' };
});

/** null, zero, full, random, urandom, tty, ptmx, net/tun, pts: what every container may use. */
export const usualDevices: readonly OrderedRule[] = (
  [
    ...[
      [1, 3],
      [1, 5],
      [1, 7],
      [1, 8],
      [1, 9],
    ],
    ...[
      [5, 0],
      [5, 2],
      [10, 200],
      [136, ANY],
    ],
  ] as const
).map(([major, minor]) => ({ allow: true, type: 'c', major, minor, access: 'rwm' }));

/**
 * The rules of a configuration, complete. `anyNode` and `usualDevices` come behind them, and what none of all decides
 * is denied.
 *
 * @throws RuntimeError `config` for a rule without access
 */
export function orderedRules(rules: readonly DeviceRule[]): readonly OrderedRule[] {
  return rules.map(({ allow, type = 'a', major = ANY, minor = ANY, access }, index) => {
    if (!access) {
      throw new RuntimeError('config', 'a device rule names no access', {
        pointer: `${POINTER}/${index}/access`,
        hint: 'write "rwm", or some of the letters',
      });
    }
    return { allow, type, major, minor, access };
  });
}

/**
 * As the kernel's own lists of version 1 have it: one of type `a` is for everything, whatever else it says.
 *
 * @throws RuntimeError `config` for a rule without access, `unsupported` for a hole in a wildcard
 */
export function resolveDeviceRules(rules: readonly DeviceRule[]): DevicePolicy {
  const state = { allow: false, exceptions: new Map<string, DeviceException>() };
  const all = [...orderedRules(rules), ...anyNode, ...usualDevices];
  all.forEach(({ allow, type, ...device }, index) => {
    if (type === 'a') {
      state.allow = allow;
      state.exceptions.clear();
    } else apply(state, allow, { type, ...device }, index < rules.length ? `${POINTER}/${index}` : POINTER);
  });
  return { allow: state.allow, exceptions: [...state.exceptions.values()].sort(inOrder) };
}

type State = { readonly allow: boolean; readonly exceptions: Map<string, DeviceException> };

function apply(
  { allow, exceptions }: State,
  ruleAllows: boolean,
  device: DeviceException,
  pointer: string,
): void {
  const key = keyOf(device);
  const before = exceptions.get(key)?.access ?? '';
  const differs = ruleAllows !== allow;
  if (!differs) refuseHole(exceptions, device, pointer);
  const access = letters((letter) => {
    return differs
      ? before.includes(letter) || device.access.includes(letter)
      : before.includes(letter) && !device.access.includes(letter);
  });
  if (access === '') exceptions.delete(key);
  else exceptions.set(key, { ...device, access });
}

/** The kernel ignores, without a word, what takes a part out of a wildcard: nobody should rely on it. */
function refuseHole(exceptions: State['exceptions'], device: DeviceException, pointer: string): void {
  const wider = [{ major: ANY }, { minor: ANY }, { major: ANY, minor: ANY }].map((any) => ({
    ...device,
    ...any,
  }));
  for (const candidate of wider) {
    if (keyOf(candidate) === keyOf(device)) continue;
    const wildcard = exceptions.get(keyOf(candidate));
    if (!wildcard || ![...device.access].some((letter) => wildcard.access.includes(letter))) continue;
    throw new RuntimeError(
      'unsupported',
      `the device rule "${deviceText(device)}" takes a part out of "${deviceText(wildcard)}"`,
      {
        pointer,
        hint: 'cgroup v1 cannot do that: name the devices one by one instead of by a wildcard',
      },
    );
  }
}

function letters(has: (letter: string) => boolean): string {
  return ['r', 'w', 'm'].filter(has).join('');
}

function keyOf({ type, major, minor }: DeviceException): string {
  return `${type} ${major}:${minor}`;
}

function inOrder(a: DeviceException, b: DeviceException): number {
  return a.major - b.major || a.minor - b.minor || (a.type < b.type ? -1 : 1);
}

/** `c 136:* rwm` */
export function deviceText({ type, major, minor, access }: DeviceException): string {
  const number = (value: number) => (value === ANY ? '*' : `${value}`);
  return `${type} ${number(major)}:${number(minor)} ${access}`;
}
