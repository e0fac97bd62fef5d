/** Why a limit of `process.rlimits` was refused, and what can be had: setrlimit(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { CAP_SYS_RESOURCE, hasCapability, identity } from '../host/identity.ts';
import { ownLimit } from '../kernel/calls/process.ts';
import { resourceNames } from '../kernel/constants/resource.ts';
import { describeErrno, EPERM } from '../kernel/errno.ts';
import { readFileSync } from '../kernel/file-system.ts';
import { performForBytes } from '../kernel/local.ts';
import type { Rlimit } from '../spec/types.ts';

/**
 * The message has the remedy, too: engines show nothing else, and the limit is often their default, of which their
 * user has never heard.
 */
export function limitRefused({ type, soft, hard }: Rlimit): RuntimeError {
  const { name, value, remedy } = ceiling(type);
  const lower = BigInt(soft) < value ? BigInt(soft) : value;
  const option = `--ulimit ${type.replace('RLIMIT_', '').toLowerCase()}=${lower}:${value}`;
  return new RuntimeError(
    'system',
    `cannot set ${type} to ${soft}:${hard}: prlimit64: ${describeErrno(EPERM)}: ${name} is ${value} here: ask for no more (${option})`,
    {
      hint: `${remedy}; engines ask by default for what "default-ulimits" in daemon.json (Docker) or "default_ulimits" in containers.conf says`,
    },
  );
}

/** What cannot be exceeded. */
function ceiling(type: string) {
  const mayRaise = identity().inInitialUserNamespace && hasCapability(identity(), CAP_SYS_RESOURCE);
  if (type === 'RLIMIT_NOFILE' && mayRaise) {
    const value = BigInt(readFileSync('/proc/sys/fs/nr_open', 'utf8').trim());
    return { name: 'fs.nr_open', value, remedy: 'or raise it with sysctl(8)' };
  }
  const limit = performForBytes(ownLimit(resourceNames.indexOf(type)));
  const [, value = 0n] = new BigUint64Array(limit.slice().buffer);
  return { name: 'the hard limit', value, remedy: 'to raise it takes CAP_SYS_RESOURCE' };
}
