/**
 * Finds the container's command in the container's `PATH`, as the container's user, before it is started: so
 * "not found" is an error of `create`. The words are those that engines look for.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallRunner, resultsOf } from '../init/call-runner.ts';
import { type Call, ignoreErrors, type Results } from '../kernel/call.ts';
import { faccessat2, statx } from '../kernel/calls/file.ts';
import { setfsgid, setfsuid } from '../kernel/calls/process.ts';
import { AT_FDCWD, S_IFDIR, S_IFMT, S_IFREG, X_OK } from '../kernel/constants/file.ts';
import { decodeStatx } from '../kernel/statx.ts';
import type { Process } from '../spec/types.ts';
import { assigned } from './environment.ts';

/** What execvp(3) uses where PATH is not set. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** So many candidates are looked at at a time. */
const AT_ONCE = 64;
/** MAX_ARG_STRLEN: execve(2) takes no longer PATH. */
const LONGEST_STRING = 128 * 1024;

interface Credentials {
  readonly uid: number;
  readonly gid: number;
}

export interface CommandLookup {
  /** For the first candidates. */
  readonly calls: readonly Call[];
  /** @returns the path to execute; undefined if it may be one of the others @throws RuntimeError `executable` */
  readonly find: (results: Results) => string | undefined;
  /** Undefined if there are no others. */
  readonly findOther: ((runner: CallRunner) => string) | undefined;
}

export function lookUpCommand(
  options: Credentials & { readonly process: Pick<Process, 'args' | 'env' | 'cwd'> },
): CommandLookup {
  const { process } = options;
  const [command = ''] = process.args ?? [];
  const candidates = candidatePaths(command, process.env ?? [], process.cwd);
  const probes = probesOf(candidates.slice(0, AT_ONCE));
  const isAll = candidates.length <= AT_ONCE;
  const search: Search = { denied: undefined };
  return {
    calls: probeCalls(probes, options),
    find: (results) => {
      const found = executableOf(probes, results, search);
      if (found === undefined && isAll) throw notExecutable(command, search.denied);
      return found;
    },
    findOther: isAll
      ? undefined
      : (runner) => {
          for (let at = AT_ONCE; at < candidates.length; at += AT_ONCE) {
            const some = probesOf(candidates.slice(at, at + AT_ONCE));
            const found = executableOf(some, resultsOf(runner, probeCalls(some, options)), search);
            if (found !== undefined) return found;
          }
          throw notExecutable(command, search.denied);
        },
  };
}

interface Probe {
  readonly path: string;
  readonly status: Call;
  readonly access: Call;
}

function probesOf(candidates: readonly string[]): readonly Probe[] {
  return candidates.map((path) => ({
    path,
    status: ignoreErrors(statx(AT_FDCWD, path, 0)),
    access: ignoreErrors(faccessat2(AT_FDCWD, path, X_OK)),
  }));
}

/** The file system ids alone: the process itself still has work to do as root. */
function probeCalls(probes: readonly Probe[], { uid, gid }: Credentials): readonly Call[] {
  return [
    ...[setfsgid(gid), setfsuid(uid)],
    ...probes.flatMap(({ status, access }) => [status, access]),
    ...[setfsuid(0), setfsgid(0)],
  ];
}

interface Search {
  /** Why the first file of that name cannot be executed. */
  denied: string | undefined;
}

function executableOf(probes: readonly Probe[], results: Results, search: Search): string | undefined {
  for (const { path, status, access } of probes) {
    if (results.value(status) < 0) continue;
    const type = decodeStatx(results.bytes(status)).mode & S_IFMT;
    if (type === S_IFREG && results.value(access) === 0) return path;
    // podman takes the second half for its exit code 126, Docker either.
    search.denied ??= type === S_IFDIR ? 'is a directory: permission denied' : 'permission denied';
  }
  return undefined;
}

function candidatePaths(command: string, env: readonly string[], cwd: string): string[] {
  const absolute = (path: string) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`);
  if (command.includes('/')) return [absolute(command)];
  const path = (assigned(env, 'PATH') ?? DEFAULT_PATH).slice(0, LONGEST_STRING);
  const directories = [...new Set(path.split(':'))].map((directory) => directory || '.');
  return directories.map((directory) => absolute(`${directory === '/' ? '' : directory}/${command}`));
}

function notExecutable(command: string, denied: string | undefined): RuntimeError {
  const shown = `unable to start container process: exec: ${JSON.stringify(command)}`;
  const pointer = '/process/args/0';
  if (command.includes('/')) {
    return new RuntimeError(
      'executable',
      `${shown}: ${denied ?? `stat ${command}: no such file or directory`}`,
      {
        pointer,
        hint: denied
          ? 'it must be a file that process.user may execute'
          : 'the path is looked up inside the container',
      },
    );
  }
  if (denied === 'permission denied')
    return new RuntimeError('executable', `${shown}: permission denied`, { pointer });
  return new RuntimeError('executable', `${shown}: executable file not found in $PATH`, {
    pointer,
    hint: 'the PATH is the one in process.env, looked up inside the container',
  });
}
