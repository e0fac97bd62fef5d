/** Mount entries without a machine: their steps, and what those do when a call fails. */
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Step } from '../../../src/init/step.ts';
import { type Call, call } from '../../../src/kernel/call.ts';
import { describeCall, nameResults } from '../../../src/kernel/recording.ts';
import type { MountContext } from '../../../src/rootfs/mount-context.ts';
import { mountSteps } from '../../../src/rootfs/mounts.ts';
import type { IdMapping, Mount } from '../../../src/spec/types.ts';

export interface Noted {
  readonly context: MountContext;
  readonly warnings: string[];
}

export const ONE_ID: readonly IdMapping[] = [{ containerID: 0, hostID: 1000, size: 1 }];

export function contextFor(mounts: readonly Mount[], more: Partial<MountContext> = {}): Noted {
  const warnings: string[] = [];
  const context: MountContext = {
    root: call('open_tree'),
    isDirectory: (path) => !path.endsWith('.txt'),
    sourceTrees: new Map(),
    idMapNamespaces: new Map(),
    inUserNamespace: false,
    idMaps: undefined,
    mounts,
    newTmpfs: new Map(),
    label: undefined,
    log: { debug() {}, warning: (message) => warnings.push(message) },
    ...more,
  };
  return { context, warnings };
}

export const singleId: Partial<MountContext> = {
  inUserNamespace: true,
  idMaps: {
    uid: { mappings: ONE_ID, pointer: '' },
    gid: { mappings: ONE_ID, pointer: '' },
    denySetgroups: true,
  },
};

/** The steps of the last of the entries. */
export function stepsOf(mounts: readonly Mount[], more?: Partial<MountContext>) {
  const { context, warnings } = contextFor(mounts, more);
  const made = mountSteps(mounts.at(-1) as Mount, mounts.length - 1, context);
  return { ...made, warnings };
}

/** The last of the steps, as text. */
export function lastText(steps: readonly Step[]): string {
  return text(steps.at(-1));
}

export function text(step: Step | undefined): string {
  if (step?.kind !== 'calls') return '';
  const names = nameResults(step.calls);
  return step.calls.map((one) => describeCall(one, names)).join('\n');
}

/** What a step does when the first of its calls with this name fails so. */
export function failing(step: Step | undefined, name: string, errno: number): readonly Step[] | RuntimeError {
  const { calls, recover } = step as CallStep;
  const failed = calls.find((one) => one.name === name) as Call;
  const answer = recover?.({ call: failed, errno });
  return answer ?? new RuntimeError('system', 'nobody knows better');
}
