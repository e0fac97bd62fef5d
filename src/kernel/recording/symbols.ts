/** The kinds of arguments whose values have names: flags, modes, options. */
import { capabilityNames } from '../constants/capability.ts';
import { AT_FDCWD, S_IFMT } from '../constants/file.ts';
import { resourceNames } from '../constants/resource.ts';
import { IOPRIO_CLASS_SHIFT } from '../constants/scheduling.ts';
import { flagWords, symbol, symbolSet } from './flags.ts';
import { type Kind, ofNumber, plain } from './kind.ts';

/** Any of the constants with this prefix, or'ed together. */
export function flags(...prefixes: readonly string[]): Kind {
  const set = symbolSet(prefixes);
  return ofNumber((value) => flagWords(value, set));
}

/** One of the constants with this prefix. */
export function oneOf(prefix: string, ...except: readonly string[]): Kind {
  const set = symbolSet([prefix], except);
  return ofNumber((value) => symbol(value, set));
}

export const fd: Kind = (arg, context) => (arg === AT_FDCWD ? 'AT_FDCWD' : plain(arg, context));

const ACCESS = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'];
const besideAccess = symbolSet(['O_'], ACCESS);

/** The access mode is a number in the lowest two bits; with `O_PATH` there is none. */
export const openFlags: Kind = ofNumber((value) => {
  const bits = BigInt(value);
  const rest = flagWords(bits & ~3n, besideAccess);
  const access = ACCESS[Number(bits & 3n)] ?? '0x3';
  if (rest === '0') return access;
  return access === 'O_RDONLY' && rest.split('|').includes('O_PATH') ? rest : `${access}|${rest}`;
});

/** The flags of the `…at` calls share their bits: what 0x200 means depends on the call. */
const OF_OTHER_CALLS = ['AT_EACCESS', 'AT_REMOVEDIR'];
const ofAtCalls = symbolSet(['AT_'], OF_OTHER_CALLS);
const ofOpenTree = symbolSet(['OPEN_TREE_', 'AT_'], OF_OTHER_CALLS);

export const atFlags: Kind = ofNumber((value) => flagWords(value, ofAtCalls));

export const openTreeFlags: Kind = ofNumber((value) => flagWords(value, ofOpenTree));

const octalDigits = (value: bigint) => `0${value.toString(8).padStart(3, '0')}`;

const fileTypes = symbolSet(['S_IF']);

/** File type and permissions. */
export const fileMode: Kind = ofNumber((value) => {
  const type = BigInt(value) & BigInt(S_IFMT);
  const permissions = octalDigits(BigInt(value) & ~BigInt(S_IFMT));
  return type === 0n ? permissions : `${symbol(type, fileTypes)}|${permissions}`;
});

/** makedev(3). */
export const device: Kind = ofNumber((value) => {
  const number = BigInt(value);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn);
  return `makedev(${major}, ${minor})`;
});

const SOCKET_FLAGS = ['SOCK_CLOEXEC', 'SOCK_NONBLOCK'];
const socketTypes = symbolSet(['SOCK_'], SOCKET_FLAGS);
const socketFlags = symbolSet(SOCKET_FLAGS);

/** The type is a number, the flags stand above it. */
export const socketType: Kind = ofNumber((value) => {
  const type = symbol(BigInt(value) & 0xfn, socketTypes);
  const rest = flagWords(BigInt(value) & ~0xfn, socketFlags);
  return rest === '0' ? type : `${type}|${rest}`;
});

export const capability: Kind = ofNumber((value) => capabilityNames[Number(value)] ?? String(value));

export const resource: Kind = ofNumber((value) => resourceNames[Number(value)] ?? String(value));

export const limit: Kind = ofNumber((value) =>
  BigInt.asUintN(64, BigInt(value)) === 0xffff_ffff_ffff_ffffn ? 'RLIM_INFINITY' : String(value),
);

/** `~0U` is how close_range(2) says "to the end". */
export const lastFd: Kind = ofNumber((value) => (value === 0xffffffff ? '~0U' : String(value)));

/** The names of the bits of a mask. */
export function capabilityList(mask: bigint): string {
  const names = [...mask.toString(2)].reverse().flatMap((bit, index) => {
    return bit === '1' ? [capabilityNames[index] ?? String(index)] : [];
  });
  return names.join('|') || '0';
}

const ioClasses = symbolSet(['IOPRIO_CLASS_']);

/** Class and priority in it, ioprio_set(2). */
export const ioPriority: Kind = ofNumber((value) => {
  const ioClass = symbol(Number(value) >> IOPRIO_CLASS_SHIFT, ioClasses);
  return `IOPRIO_PRIO_VALUE(${ioClass}, ${Number(value) & ((1 << IOPRIO_CLASS_SHIFT) - 1)})`;
});

const memoryModes = symbolSet(['MPOL_']);
const memoryModeFlags = symbolSet(['MPOL_F_']);

/** The mode is a number, its flags stand above it. */
export const memoryPolicy: Kind = ofNumber((value) => {
  const mode = symbol(BigInt(value) & 0xfffn, memoryModes);
  const rest = flagWords(BigInt(value) & ~0xfffn, memoryModeFlags);
  return rest === '0' ? mode : `${mode}|${rest}`;
});
