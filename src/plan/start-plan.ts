/** The plan of `start` (and the end of `run` and `exec`): from the waiting init to the user's program. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { chdir, closeRangeCloexec, umask } from '../kernel/calls/file.ts';
import { execve } from '../kernel/calls/process.ts';
import { describeErrno, errnoName } from '../kernel/errno.ts';
import { boundingCalls, type Credentials, capabilityCalls, idCalls } from '../process/credentials.ts';
import { type ResourceLimit, rlimitCalls } from '../process/rlimits.ts';
import type { Process } from '../spec/types.ts';

/** runc and crun set this where the configuration is silent. */
const DEFAULT_UMASK = 0o022;

export interface ProgramRequest {
  readonly process: Process;
  readonly executable: string;
  readonly env: readonly string[];
  readonly cwdEntered: boolean;
  readonly credentials: Credentials;
  readonly preserveFds: number;
  readonly nofile: ResourceLimit | undefined;
}

/** The last steps: limits, ids, capabilities, execve. */
export function programSteps(request: ProgramRequest): readonly Step[] {
  const { process, credentials } = request;
  const limits = rlimitCalls(0, process.rlimits ?? [], request.nofile);
  return [
    step('init', 'set the umask', '/process/user/umask', [umask(process.user.umask ?? DEFAULT_UMASK)]),
    step(
      'init',
      'drop from the bounding set',
      '/process/capabilities/bounding',
      boundingCalls(credentials.capabilities.bounding),
    ),
    ...limits.map(({ index, call }) =>
      step(
        'init',
        index === undefined
          ? "restore the caller's limit of open files"
          : `set ${process.rlimits?.[index]?.type}`,
        index === undefined ? '' : `/process/rlimits/${index}`,
        [call],
      ),
    ),
    step('init', 'become the user', '/process/user', idCalls(credentials)),
    ...(request.cwdEntered
      ? []
      : [step('init', `change to "${process.cwd}"`, '/process/cwd', [chdir(process.cwd)])]),
    step('init', 'mark the other descriptors close-on-exec', '', [
      closeRangeCloexec(3 + request.preserveFds),
    ]),
    step('init', 'set the capabilities', '/process/capabilities', capabilityCalls(credentials)),
    step(
      'init',
      `execute "${request.executable}"`,
      '/process/args',
      [execve(request.executable, process.args ?? [], request.env)],
      {
        answers: 'on-failure',
        recover: ({ errno }) =>
          new RuntimeError(
            'executable',
            `unable to start container process: exec: ${JSON.stringify(process.args?.[0])}: ${describeErrno(errno)}`,
            { pointer: '/process/args/0', call: 'execve', errno: errnoName(errno) },
          ),
      },
    ),
  ];
}
