/** The capabilities that the container's process gets, of those that it asks for. */
import { identity } from '../host/identity.ts';
import { capabilityNames } from '../kernel/constants/capability.ts';
import type { Log } from '../log/log.ts';
import { type CapabilityMasks, resolveCapabilities } from '../process/capabilities.ts';
import type { Capabilities, Linux } from '../spec/types.ts';
import type { StateRecord } from './state-record.ts';

const ALL = (1n << BigInt(capabilityNames.length)) - 1n;

/**
 * In a user namespace of its own the container's root has every capability; without one, what we have. What
 * cannot be granted is left out with a warning (config.md, Linux Process).
 *
 * @param ours what "we" have, where that is not this process
 */
export function grantedCapabilities(
  asked: Capabilities | undefined,
  userNamespace: boolean,
  log: Log,
  ours?: bigint,
): CapabilityMasks {
  const available = userNamespace ? ALL : (ours ?? identity().capabilities);
  const { masks, dropped } = resolveCapabilities(asked, available);
  if (dropped.length > 0) {
    log.warning(`capabilities that cannot be granted here are left out: ${dropped.join(', ')}`, {
      pointer: '/process/capabilities',
    });
  }
  return masks;
}

/** Whether it is in another user namespace than we are, in which its root has every capability. */
export function ownsRights(
  { userNamespace, nested }: Pick<StateRecord, 'userNamespace' | 'nested'>,
  { namespaces = [] }: Pick<Linux, 'namespaces'>,
): boolean {
  return userNamespace || nested !== undefined || namespaces.some(({ type }) => type === 'user');
}
