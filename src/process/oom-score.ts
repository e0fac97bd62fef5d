/** `process.oomScoreAdj`, proc_pid_oom_score_adj(5): written by the runtime before the init hides itself. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { action, type Step } from '../init/step.ts';
import { writeFileSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';

/** An ordinary user may raise it and not lower it: then it stays, and that is said. */
export function oomScoreStep(score: number, rootless: boolean, log: Log): Step {
  const pointer = '/process/oomScoreAdj';
  return action('set the OOM score', pointer, [`write("/proc/PID/oom_score_adj", "${score}")`], ({ pid }) => {
    try {
      writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
    } catch (cause) {
      const refused = (cause as NodeJS.ErrnoException).code === 'EACCES';
      const hint = 'it can be lowered with CAP_SYS_RESOURCE only: leave process.oomScoreAdj out, or raise it';
      if (!refused || !rootless) {
        throw new RuntimeError('system', `cannot set oom_score_adj to ${score}`, { cause, pointer, hint });
      }
      log.warning(`oom_score_adj is not set to ${score}: permission denied`, { pointer, hint });
    }
  });
}
