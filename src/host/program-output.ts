/** Runs a program of the host to its end and takes what it writes. Blocks: for what ends soon. */
import { call } from '../kernel/call.ts';
import { MFD_CLOEXEC } from '../kernel/constants/file.ts';
import { closeSync, IN_ONE_PIECE, isExecutable, readFileSync, statSync } from '../kernel/file-system.ts';
import { perform } from '../kernel/local.ts';
import { type Exit, spawn, waitForExit } from '../kernel/spawn.ts';
import { callerEnvironment, callerVariable } from './caller.ts';

/** Where engines leave no PATH: podman passes XDG_RUNTIME_DIR alone. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ProgramOutput {
  readonly exit: Exit;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** Where a program is, by the caller's PATH; undefined where it is not. */
export function findProgram(name: string): string | undefined {
  const folders = (callerVariable('PATH') || DEFAULT_PATH).split(':');
  // A relative folder is one of whoever owns the working directory.
  const paths = folders.filter((folder) => folder.startsWith('/')).map((folder) => `${folder}/${name}`);
  return paths.find(isProgram);
}

/**
 * Runs a program with the caller's environment. What it writes goes to a memfd: nobody has to read meanwhile.
 *
 * @param path absolute
 * @throws RuntimeError `system` where it cannot be executed
 */
export function programOutput(path: string, args: readonly string[]): ProgramOutput {
  const environment = Object.entries(callerEnvironment()).map(([name, value]) => `${name}=${value}`);
  const output = perform(call('memfd_create', 'output', MFD_CLOEXEC));
  try {
    const redirections = { stdout: output, stderr: output };
    const exit = waitForExit(spawn(path, [path, ...args], environment, redirections));
    return { exit, output: readFileSync(`/proc/self/fd/${output}`, 'utf8', IN_ONE_PIECE) };
  } finally {
    closeSync(output);
  }
}

/** What we may not look at is not there for us. */
function isProgram(path: string): boolean {
  return isExecutable(path) && statSync(path)?.isFile() === true;
}
