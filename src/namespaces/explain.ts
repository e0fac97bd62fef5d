/** Why the kernel refused a namespace, and what to do about it: clone(2), user_namespaces(7). Run on failures only. */
import { CAP_SYS_ADMIN, hasCapability, type Identity } from '../host/identity.ts';
import { hasNamespace, isChrooted, readSysctl, statusField } from '../host/user-namespace.ts';
import { describeErrno, EINVAL, ENOSPC, ENOSYS, EPERM } from '../kernel/errno.ts';
import type { Namespace } from '../spec/types.ts';
import { isNew, namespaceKinds } from './kinds.ts';

const EUSERS = 87;

export interface Explanation {
  /** Without the call and the errno, which stand in front of it. */
  readonly message: string;
  readonly hint?: string;
}

/** Why clone3(2) or unshare(2) refused a new user namespace. */
export function explainUserNamespaceFailure(errno: number, proc = '/proc'): Explanation {
  const message = `cannot create a user namespace: ${describeErrno(errno)}`;
  const causes = userNamespaceCauses(errno, proc);
  return causes.length === 0 ? { message } : { message, hint: causes.join('; ') };
}

function userNamespaceCauses(errno: number, proc: string): readonly string[] {
  if (!hasNamespace('user', proc)) return ['this kernel is built without user namespaces (CONFIG_USER_NS)'];
  const limit = readSysctl('user.max_user_namespaces', proc);
  const none =
    limit === '0'
      ? ['user namespaces are switched off: as root: sysctl -w user.max_user_namespaces=15000']
      : [];
  if (errno === ENOSPC || errno === EUSERS) {
    if (none.length > 0) return none;
    const nested = 'user namespaces are nested 32 deep at most';
    return [
      `the limit of user namespaces (user.max_user_namespaces = ${limit ?? 'unknown'}) is reached`,
      nested,
    ];
  }
  if (errno === EINVAL)
    return ['the process that clones must have a single thread and a file system state of its own'];
  return [...none, ...permissionCauses(proc)];
}

function permissionCauses(proc: string): readonly string[] {
  const causes: string[] = [];
  if (readSysctl('kernel.unprivileged_userns_clone', proc) === '0') {
    causes.push('only root may make them here: as root: sysctl -w kernel.unprivileged_userns_clone=1');
  }
  const restricted = appArmorHint(proc);
  if (restricted !== undefined) causes.push(restricted);
  if (isChrooted(proc)) causes.push('a process in a chroot may not make user namespaces');
  if (statusField('Seccomp', proc) === '2') causes.push(seccompHint);
  return causes;
}

const seccompHint =
  'a seccomp filter is on this process (a container?), which may forbid it: start that container with --security-opt seccomp=unconfined';

/**
 * Ubuntu since 23.10: an unconfined program's user namespace is refused, or is made without any capability, so
 * that the first mount or sethostname in it is EPERM or EACCES.
 *
 * @returns undefined where the machine has no such restriction
 */
export function appArmorHint(proc = '/proc'): string | undefined {
  if (readSysctl('kernel.apparmor_restrict_unprivileged_userns', proc) !== '1') return undefined;
  return (
    'AppArmor restricts user namespaces to programs with a profile that has "userns,": write one for tsrun in ' +
    '/etc/apparmor.d, or as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'
  );
}

/** Why clone3(2) or unshare(2) refused the config's new namespaces, the user namespace among them or not. */
export function explainNamespaceFailure(
  errno: number,
  namespaces: readonly Namespace[],
  identity: Identity,
  proc = '/proc',
): Explanation {
  const wanted = namespaceKinds.filter(({ type }) => isNew(namespaces, type));
  const lacking = wanted.filter(({ file }) => !hasNamespace(file, proc));
  const message = `cannot create the namespaces ${wanted.map(({ type }) => type).join(', ')}: ${describeErrno(errno)}`;
  if (lacking.length > 0) {
    const options = lacking.map(({ type, kernelOption = type }) => kernelOption).join(', ');
    return { message, hint: `this kernel is built without ${options}: remove them from /linux/namespaces` };
  }
  if (errno === ENOSPC) return { message, hint: limitHint(wanted, proc) };
  const userNamespace = isNew(namespaces, 'user');
  // The user namespace is made first, and in it everything else is allowed.
  if (userNamespace) return explainUserNamespaceFailure(errno, proc);
  if (errno === ENOSYS) return { message, hint: seccompHint };
  if (errno !== EPERM) return { message };
  if (!hasCapability(identity, CAP_SYS_ADMIN)) {
    return { message, hint: 'CAP_SYS_ADMIN is missing: add {"type": "user"} to /linux/namespaces' };
  }
  return statusField('Seccomp', proc) === '2' ? { message, hint: seccompHint } : { message };
}

function limitHint(wanted: readonly { readonly file: string }[], proc: string): string {
  const limits = wanted.map(({ file }) => `user.max_${file}_namespaces`);
  const values = limits.map((name) => ({ name, value: readSysctl(name, proc) }));
  const zero = values.filter(({ value }) => value === '0').map(({ name }) => name);
  if (zero.length > 0) return `the sysctl ${zero.join(', ')} is 0: as root: sysctl -w ${zero[0]}=15000`;
  return `one of the limits is reached: ${values.map(({ name, value }) => `${name} = ${value ?? '?'}`).join(', ')}`;
}
