/** What can be said of a process before it is executed, so that its mistakes are errors of `create`. */
import type { CallRunner } from '../init/call-runner.ts';
import { action, type Step, step } from '../init/step.ts';
import { lookUpCommand } from '../process/command.ts';
import { uniqueEnvironment } from '../process/environment.ts';
import { homeStep } from '../process/home.ts';
import { enterWorkingDirectory } from '../rootfs/working-directory.ts';
import type { Process } from '../spec/types.ts';
import type { Findings } from './create-plan.ts';

const COMMAND = '/process/args/0';

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
  const { findOther } = lookup;
  findings.env = uniqueEnvironment([...(process.env ?? []), ...added]);
  return [
    ...homeStep(uid, findings.env, (env) => {
      findings.env = env;
    }),
    enterWorkingDirectory('init', process.cwd, (done) => {
      findings.cwdEntered = done;
    }),
    step('init', 'look up the command', COMMAND, lookup.calls, {
      observe: (results) => {
        findings.executable = lookup.find(results) ?? findings.executable;
      },
    }),
    ...(findOther ? [lookUpFurther(findOther, findings)] : []),
  ];
}

/** In the other directories of a long PATH. */
function lookUpFurther(find: (runner: CallRunner) => string, findings: Findings): Step {
  return action('look up the command', COMMAND, ['statx("PATH/command")'], (live) => {
    findings.executable ||= find(live.runner('init'));
  });
}
