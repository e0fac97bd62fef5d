/** A container's state as it is printed: runc's keys, in runc's order. */
import type { ContainerState } from '../container/state.ts';

export function stateObject(state: ContainerState): object {
  const { ociVersion, id, pid, status, bundle, rootfs, created, annotations, owner } = state;
  const noted = annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ociVersion, id, pid, status, bundle, rootfs, created, ...noted, owner };
}
