/**
 * Removes what belongs to subordinate ids, which their user may not touch: by a stub that is root of a new user
 * namespace with the container's id maps.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { Identity } from '../host/identity.ts';
import { RemoteRunner } from '../init/call-runner.ts';
import { ResultTable } from '../init/program.ts';
import { Remote } from '../init/remote.ts';
import type { Live, Step } from '../init/step.ts';
import { openControlSocket, spawnStub } from '../init/stub-process.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { clone3 } from '../kernel/calls/namespace.ts';
import { exitGroup } from '../kernel/calls/process.ts';
import { CLONE_NEWUSER, CLONE_PARENT } from '../kernel/constants/process.ts';
import { describeErrno } from '../kernel/errno.ts';
import { perform } from '../kernel/local.ts';
import { waitForExit } from '../kernel/spawn.ts';
import { becomeRootSteps } from '../namespaces/become-root.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import { idMapStep } from '../namespaces/write-id-maps.ts';
import { removeTree } from './remove-tree.ts';

/** @throws RuntimeError where the maps cannot be had again, or something cannot be removed even so */
export function removeTreeAs(path: string, maps: IdMaps, identity: Identity): void {
  const results = new ResultTable();
  const controls = [openControlSocket(), openControlSocket()] as const;
  const stubPid = spawnStub(controls, []);
  const [stub, inner] = controls.map(({ driver }) => new Remote(driver, results)) as [Remote, Remote];
  let pid = 0;
  try {
    pid = cloneInto(stub, controls[1].stub, results);
    const steps = [idMapStep(maps, identity), ...becomeRootSteps(maps)];
    for (const step of steps) execute(step, new Helper(pid, stubPid, results), inner);
    removeTree(path, new RemoteRunner(inner));
  } finally {
    // End of file ends a stub.
    for (const { driver } of controls) perform(close(driver));
    waitForExit(stubPid);
    if (pid > 0) waitForExit(pid);
  }
}

/** No more of an execution than writing the maps needs. */
class Helper implements Live {
  pid: number;
  stubPid: number;
  readonly results: ResultTable;

  constructor(pid: number, stubPid: number, results: ResultTable) {
    this.pid = pid;
    this.stubPid = stubPid;
    this.results = results;
  }

  define(placeholder: Call, value: number): void {
    this.results.values.set(placeholder, value);
  }

  connect(): never {
    throw new TypeError('there are no further actors here');
  }

  runner(): never {
    throw new TypeError('there is nothing of that kind here');
  }

  execute(): never {
    throw new TypeError('there are no further steps here');
  }
}

function cloneInto(stub: Remote, control: number, results: ResultTable): number {
  const child = clone3(CLONE_NEWUSER | CLONE_PARENT, control);
  mustSucceed(stub, [child]);
  stub.post([exitGroup(0)]);
  return results.value(child);
}

function execute(step: Step, live: Live, remote: Remote): void {
  if (step.kind === 'action') step.run(live);
  else mustSucceed(remote, step.calls);
}

function mustSucceed(remote: Remote, calls: readonly Call[]): void {
  const failed = remote.run(calls);
  if (!failed) return;
  throw new RuntimeError(
    'rootless',
    `cannot make a user namespace: ${failed.call.name}: ${describeErrno(failed.errno)}`,
  );
}
