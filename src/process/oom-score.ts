/** `process.oomScoreAdj`, proc_pid_oom_score_adj(5). An ordinary user may raise it and not lower it: then it stays. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { action, type Step, step } from '../init/step.ts';
import { close, openat, write } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_WRONLY } from '../kernel/constants/file.ts';
import { describeErrno, EACCES, errnoName } from '../kernel/errno.ts';
import { IN_ONE_PIECE, readFileSync, writeFileSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';

const POINTER = '/process/oomScoreAdj';
const NAME = 'set the OOM score';
/** Said in the message as well: of an error under an engine, nothing else is seen. */
const WHY = 'it can be lowered with CAP_SYS_RESOURCE only';
const HINT = `${WHY}: leave process.oomScoreAdj out, or raise it; containerd asks for no less than its own with "restrict_oom_score_adj = true"`;

/** Of the container's first process: written by the runtime, before that hides itself. */
export function oomScoreStep(score: number, rootless: boolean, log: Log): Step {
  return action(NAME, POINTER, [`write("/proc/PID/oom_score_adj", "${score}")`], ({ pid }) => {
    try {
      writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
    } catch (cause) {
      if (rootless && (cause as NodeJS.ErrnoException).code === 'EACCES') return stays(score, log);
      const details = { cause, pointer: POINTER, hint: HINT };
      throw new RuntimeError('system', `cannot set oom_score_adj to ${score}: ${WHY}`, details);
    }
  });
}

/** Of what `exec` starts: the stub's own, before it joins anything; its child inherits it. */
export function execOomScoreSteps(score: number | undefined, rootless: boolean, log: Log): readonly Step[] {
  if (score === undefined) return [];
  const file = openat(AT_FDCWD, '/proc/self/oom_score_adj', O_WRONLY);
  const calls = [file, write(file, String(score)), close(file)];
  return [
    step('stub', NAME, POINTER, calls, {
      recover: ({ call, errno }) => {
        if (rootless && errno === EACCES && call.name === 'write') {
          stays(score, log);
          return [step('stub', NAME, POINTER, [close(file)])];
        }
        const details = { pointer: POINTER, call: call.name, errno: errnoName(errno), hint: HINT };
        const message = `cannot set oom_score_adj to ${score}: ${WHY}: ${call.name}: ${describeErrno(errno)}`;
        return new RuntimeError('system', message, details);
      },
    }),
  ];
}

/** Our own is what was inherited. */
function stays(score: number, log: Log): void {
  const own = readFileSync('/proc/self/oom_score_adj', 'utf8', IN_ONE_PIECE).trim();
  log.warning(`oom_score_adj stays ${own}: it may not be lowered to ${score}`, {
    pointer: POINTER,
    hint: HINT,
  });
}
