/** What is said when a container cannot be frozen or thawed. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { withoutCgroup } from './delegation-hint.ts';

export function cannotFreeze(file: string, cause: unknown): RuntimeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return noFreezer();
  return new RuntimeError('cgroup', `cannot toggle freezer "${file}": ${reason}`, {
    hint:
      code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'the failure might be caused by lack of full access to cgroups: have the cgroup delegated to the user'
        : 'see which process does not freeze, and where it waits: cat /proc/PID/stack of its cgroup.procs',
  });
}

/** In the words of runc. */
export function noFreezer(): RuntimeError {
  return new RuntimeError('cgroup', 'cannot toggle freezer: cgroups not configured for container', {
    hint: `the failure might be caused by lack of full access to cgroups: ${withoutCgroup()}`,
  });
}
