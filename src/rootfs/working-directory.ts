/**
 * `process.cwd`: made where it is missing, entered while the runtime's rights are still there, and verified to be
 * inside the root: a descriptor leaked by anybody must not become a way out (CVE-2024-21626).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import { type FdArg, type Results, tolerate } from '../kernel/call.ts';
import { chdir, close, getcwd } from '../kernel/calls/file.ts';
import { O_DIRECTORY } from '../kernel/constants/file.ts';
import { EACCES, ENOENT, ENOTDIR } from '../kernel/errno.ts';
import { stepOnTarget } from './target.ts';

const POINTER = '/process/cwd';

/** Before the root is made read-only. */
export function makeWorkingDirectory(root: FdArg, cwd: string): Step {
  return stepOnTarget({
    name: `make the working directory "${cwd}"`,
    pointer: POINTER,
    root,
    path: cwd,
    missing: 'directory',
    flags: O_DIRECTORY,
    mayBeProc: true,
    calls: (directory) => [close(directory)],
    recover: (errno) => (errno === ENOTDIR ? notADirectory(cwd) : undefined),
  });
}

/**
 * @param entered told whether it worked; where the user alone may enter, the user does it later
 */
export function enterWorkingDirectory(actor: Actor, cwd: string, entered: (done: boolean) => void): Step {
  const change = tolerate(chdir(cwd), EACCES);
  const where = tolerate(getcwd(), ENOENT);
  return step(actor, `change to "${cwd}"`, POINTER, [change, where], {
    recover: ({ errno }) =>
      errno === ENOTDIR
        ? notADirectory(cwd)
        : new RuntimeError(
            'config',
            `chdir to cwd ("${cwd}") set in config.json failed: no such file or directory`,
            {
              pointer: POINTER,
              hint: 'the directory must exist inside the container',
            },
          ),
    observe: (results) => {
      const done = results.value(change) === 0;
      if (done) verify(cwd, results, where);
      entered(done);
    },
  });
}

function verify(cwd: string, results: Results, where: ReturnType<typeof getcwd>): void {
  const inside = results.value(where) > 0 && results.bytes(where)[0] === '/'.charCodeAt(0);
  if (inside) return;
  throw new RuntimeError('config', `the working directory "${cwd}" is outside the container's root`, {
    pointer: POINTER,
    hint: 'possible container breakout (CVE-2024-21626): cwd must be a path inside the container, not /proc/self/fd/…',
  });
}

function notADirectory(cwd: string): RuntimeError {
  return new RuntimeError('config', `the working directory "${cwd}" is not a directory`, {
    pointer: POINTER,
  });
}
