/** What can be said of a process before it is executed, so that its mistakes are errors of `create`. */
import { type Step, step } from '../init/step.ts';
import { lookUpCommand } from '../process/command.ts';
import { uniqueEnvironment } from '../process/environment.ts';
import { homeStep } from '../process/home.ts';
import { enterWorkingDirectory } from '../rootfs/working-directory.ts';
import type { Process } from '../spec/types.ts';
import type { Findings } from './create-plan.ts';

/**
 * For once the root is the container's.
 *
 * @param findings filled in when the steps are executed
 * @param added variables that the runtime sets
 */
export function commandSteps(
  process: Process,
  findings: Findings,
  added: readonly string[] = [],
): readonly Step[] {
  const { uid, gid } = process.user;
  const lookup = lookUpCommand({ process, uid, gid });
  findings.env = uniqueEnvironment([...(process.env ?? []), ...added]);
  return [
    ...homeStep(uid, findings.env, (env) => {
      findings.env = env;
    }),
    enterWorkingDirectory('init', process.cwd, (done) => {
      findings.cwdEntered = done;
    }),
    step('init', 'look up the command', '/process/args/0', lookup.calls, {
      observe: (results) => {
        findings.executable = lookup.find(results);
      },
    }),
  ];
}
