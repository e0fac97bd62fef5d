/** Capabilities, capabilities(7): the five sets of `process.capabilities` as masks. */
import { capabilityNames } from '../kernel/constants/capability.ts';
import type { Capabilities } from '../spec/types.ts';

export interface CapabilityMasks {
  readonly bounding: bigint;
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
  readonly ambient: bigint;
}

export interface ResolvedCapabilities {
  readonly masks: CapabilityMasks;
  /** Asked for, but unknown or not to be had here; the spec asks for a warning, not a failure. */
  readonly dropped: readonly string[];
}

const numberOf = new Map(capabilityNames.map((name, number) => [name, number]));

/** @param grantable what the container's process can have at most */
export function resolveCapabilities(
  capabilities: Capabilities | undefined,
  grantable: bigint,
): ResolvedCapabilities {
  const dropped = new Set<string>();
  const mask = (names: readonly string[] = []) => {
    let sum = 0n;
    for (const name of names) {
      const bit = 1n << BigInt(numberOf.get(name) ?? 64);
      if (bit & grantable) sum |= bit;
      else dropped.add(name);
    }
    return sum;
  };
  const bounding = mask(capabilities?.bounding);
  const permitted = mask(capabilities?.permitted);
  const effective = mask(capabilities?.effective) & permitted;
  const inheritable = mask(capabilities?.inheritable);
  // The kernel raises an ambient capability only where it is permitted and inheritable.
  const ambient = mask(capabilities?.ambient) & permitted & inheritable;
  return { masks: { bounding, effective, permitted, inheritable, ambient }, dropped: [...dropped] };
}

/** The numbers whose bits are set. */
export function capabilityNumbers(mask: bigint): number[] {
  return capabilityNames.flatMap((_, number) => ((mask >> BigInt(number)) & 1n ? [number] : []));
}
