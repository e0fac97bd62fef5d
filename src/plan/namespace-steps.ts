/** From this process to the container's first one: cgroups, namespaces joined and made, id maps. */
import type { Join } from '../cgroups/join.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { isPrivileged } from '../host/identity.ts';
import { beginStep, hideStep } from '../init/setup-steps.ts';
import { type CloneOptions, cloneStep, dismissStep } from '../init/spawn-step.ts';
import type { Step } from '../init/step.ts';
import { CLONE_NEWUSER } from '../kernel/constants/process.ts';
import { errnoName } from '../kernel/errno.ts';
import { becomeRootOfJoinedSteps, becomeRootSteps } from '../namespaces/become-root.ts';
import { cgroupNamespaceSteps } from '../namespaces/cgroup-namespace.ts';
import { explainNamespaceFailure } from '../namespaces/explain.ts';
import { hostnameSteps } from '../namespaces/hostname.ts';
import { joinSteps } from '../namespaces/join.ts';
import { isNew, newNamespaceFlags } from '../namespaces/kinds.ts';
import { loopbackSteps } from '../namespaces/loopback.ts';
import { timeNamespaceSteps } from '../namespaces/time-offsets.ts';
import { idMapStep } from '../namespaces/write-id-maps.ts';
import { oomScoreStep } from '../process/oom-score.ts';
import type { ContainerRequest } from './request.ts';

/** Whether a stub in between has to make the user namespace: a time namespace is unshared in it, before the clone. */
export function needsUserStub({ namespaces }: ContainerRequest): boolean {
  return isNew(namespaces, 'user') && isNew(namespaces, 'time');
}

/** The steps up to the clone of the init, and its id maps. The order is that of user_namespaces(7). */
export function namespaceSteps(request: ContainerRequest, join: Join): readonly Step[] {
  const { namespaces, config, host, log } = request;
  const linux = config.linux ?? {};
  const from = needsUserStub(request) ? 'userns' : 'stub';
  const flags = newNamespaceFlags(namespaces);
  const explain = (errno: number) => refused(request, errno);
  const cgroup = join.unified && { directory: join.unified, attach: join.attachUnified };
  const maps = request.idMaps ? [idMapStep(request.idMaps, host.identity)] : [];
  const score = config.process.oomScoreAdj;
  return [
    ...(from === 'userns'
      ? userStubSteps(request, maps, cgroup)
      : joinSteps(namespaces, isPrivileged(host.identity))),
    ...timeNamespaceSteps(namespaces, linux),
    cloneStep({
      from,
      to: 'init',
      flags: from === 'userns' ? flags & ~CLONE_NEWUSER : flags,
      // The stub in between was born there: what it makes is there, too.
      cgroup: from === 'userns' ? undefined : cgroup,
      explain,
    }),
    dismissStep(from),
    ...(from === 'userns' ? [] : maps),
    ...(score === undefined ? [] : [oomScoreStep(score, host.identity.isRootless, log)]),
  ];
}

/** What is joined has to be joined before, by the stub that may; a pid namespace would change what pids mean. */
function userStubSteps(
  request: ContainerRequest,
  maps: readonly Step[],
  cgroup: CloneOptions['cgroup'],
): readonly Step[] {
  const { namespaces, host } = request;
  const joinedPid = namespaces.findIndex(({ type, path }) => type === 'pid' && path);
  if (joinedPid >= 0) {
    throw new RuntimeError(
      'unsupported',
      'a joined pid namespace with new user and time namespaces is not implemented',
      {
        pointer: `/linux/namespaces/${joinedPid}`,
        hint: 'leave out the time namespace, or make a new pid namespace',
      },
    );
  }
  const explain = (errno: number) => refused(request, errno);
  return [
    ...joinSteps(namespaces, isPrivileged(host.identity)),
    cloneStep({ from: 'stub', to: 'userns', flags: CLONE_NEWUSER, cgroup, explain }),
    ...maps,
    dismissStep('stub'),
  ];
}

/** The first things that the init does in its namespaces, before it touches a file. */
export function insideSteps(request: ContainerRequest, join: Join): readonly Step[] {
  const { namespaces, config, idMaps } = request;
  return [
    beginStep(join.unified ? [join.unified] : []),
    ...(idMaps ? becomeRootSteps(idMaps) : becomeRootOfJoinedSteps(namespaces)),
    hideStep(),
    ...cgroupNamespaceSteps(namespaces),
    ...loopbackSteps(namespaces),
    ...hostnameSteps(config),
  ];
}

function refused({ namespaces, host }: ContainerRequest, errno: number): RuntimeError {
  const { message, hint } = explainNamespaceFailure(errno, namespaces, host.identity);
  const code = host.identity.isRootless ? 'rootless' : 'system';
  return new RuntimeError(code, message, {
    pointer: '/linux/namespaces',
    call: 'clone3',
    errno: errnoName(errno),
    ...(hint === undefined ? {} : { hint }),
  });
}
