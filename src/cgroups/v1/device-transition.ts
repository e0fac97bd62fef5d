/** From one device policy of version 1 to another: as writes, pure. */
import type { DeviceRule } from '../../spec/types.ts';
import { type DeviceException, type DevicePolicy, deviceText, resolveDeviceRules } from '../device-rules.ts';
import { type DeviceWrite, policyWrites } from './devices.ts';

export interface DeviceTransition {
  readonly writes: readonly DeviceWrite[];
  /** In between, everything is allowed, or everything denied: nobody may run. */
  readonly needsStillness: boolean;
}

/**
 * The shortest way. Between policies with the same default, exceptions are added first and taken away then: whatever
 * is an exception of both stays one throughout, and whatever is one of neither, none.
 */
export function deviceTransition(from: DevicePolicy, to: DevicePolicy): DeviceTransition {
  if (from.allow !== to.allow) {
    return { writes: policyWrites(to), needsStillness: to.exceptions.length > 0 };
  }
  const [add, remove] = to.allow
    ? (['devices.deny', 'devices.allow'] as const)
    : (['devices.allow', 'devices.deny'] as const);
  const added = without(to.exceptions, from.exceptions).map((text) => ({ file: add, text }));
  const removed = without(from.exceptions, to.exceptions).map((text) => ({ file: remove, text }));
  return { writes: [...added, ...removed], needsStillness: false };
}

/** What the first have and the others do not. */
function without(some: readonly DeviceException[], others: readonly DeviceException[]): string[] {
  return some.flatMap((device) => {
    const other = others.find(
      ({ type, major, minor }) => type === device.type && major === device.major && minor === device.minor,
    );
    const access = [...device.access].filter((letter) => !other?.access.includes(letter)).join('');
    return access === '' ? [] : [deviceText({ ...device, access })];
  });
}

/**
 * @param list the content of `devices.list`; where everything is allowed it does not say what is denied
 * @param recorded what the container was given
 */
export function policyInForce(list: string, recorded: readonly DeviceRule[] | undefined): DevicePolicy {
  const lines = list.split('\n').filter((line) => line !== '');
  if (lines.some((line) => line.startsWith('a '))) {
    const known = recorded && resolveDeviceRules(recorded);
    return known?.allow ? known : { allow: true, exceptions: [] };
  }
  return { allow: false, exceptions: lines.flatMap(exceptionIn) };
}

/** `c 136:* rwm` */
function exceptionIn(line: string): DeviceException[] {
  const [, type, major = '', minor = '', access = ''] =
    /^([bc]) (\d+|\*):(\d+|\*) ([rwm]+)$/.exec(line) ?? [];
  const number = (text: string) => (text === '*' ? -1 : Number(text));
  if (type !== 'b' && type !== 'c') return [];
  return [{ type, major: number(major), minor: number(minor), access }];
}
