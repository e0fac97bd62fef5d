/** A container's state as it is printed: runc's keys, in runc's order. */
import type { ContainerState } from './state.ts';

export function stateObject(state: ContainerState): object {
  const { ociVersion, id, pid, status, bundle, rootfs, created, annotations, owner } = state;
  const noted = annotations !== undefined && Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ociVersion, id, pid, status, bundle, rootfs, created, ...noted, owner };
}

/** As runc: no line break at the end. */
export function stateText(state: ContainerState): string {
  return JSON.stringify(stateObject(state), null, 2);
}
