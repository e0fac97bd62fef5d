/** Capabilities, capabilities(7): names and numbers, and the five sets of `process.capabilities` as masks. */
import type { Capabilities } from '../spec/types.ts';

/** In the kernel's order: the index is the number (include/uapi/linux/capability.h). */
export const capabilityNames: readonly string[] = [
  ...[
    'CAP_CHOWN',
    'CAP_DAC_OVERRIDE',
    'CAP_DAC_READ_SEARCH',
    'CAP_FOWNER',
    'CAP_FSETID',
    'CAP_KILL',
    'CAP_SETGID',
  ],
  ...['CAP_SETUID', 'CAP_SETPCAP', 'CAP_LINUX_IMMUTABLE', 'CAP_NET_BIND_SERVICE', 'CAP_NET_BROADCAST'],
  ...['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_IPC_LOCK', 'CAP_IPC_OWNER', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO'],
  ...['CAP_SYS_CHROOT', 'CAP_SYS_PTRACE', 'CAP_SYS_PACCT', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_NICE'],
  ...['CAP_SYS_RESOURCE', 'CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_MKNOD', 'CAP_LEASE', 'CAP_AUDIT_WRITE'],
  ...[
    'CAP_AUDIT_CONTROL',
    'CAP_SETFCAP',
    'CAP_MAC_OVERRIDE',
    'CAP_MAC_ADMIN',
    'CAP_SYSLOG',
    'CAP_WAKE_ALARM',
  ],
  ...['CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ', 'CAP_PERFMON', 'CAP_BPF', 'CAP_CHECKPOINT_RESTORE'],
];

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
  const mask = (names: readonly string[] = []) =>
    names.reduce((sum, name) => {
      const bit = 1n << BigInt(numberOf.get(name) ?? 64);
      if (bit & grantable) return sum | bit;
      dropped.add(name);
      return sum;
    }, 0n);
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
