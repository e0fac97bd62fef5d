/**
 * Finds the container's command in the container's `PATH`, as the container's user, before it is started: so
 * "not found" is an error of `create`. The words are those that engines look for.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Call, ignoreErrors, type Results } from '../kernel/call.ts';
import { faccessat2, statx } from '../kernel/calls/file.ts';
import { setfsgid, setfsuid } from '../kernel/calls/process.ts';
import { AT_FDCWD, S_IFDIR, S_IFMT, S_IFREG, X_OK } from '../kernel/constants/file.ts';
import { decodeStatx } from '../kernel/statx.ts';
import type { Process } from '../spec/types.ts';
import { assigned } from './environment.ts';

/** What execvp(3) uses where PATH is not set. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface CommandLookup {
  readonly calls: readonly Call[];
  /** @returns the path to execute @throws RuntimeError `executable` */
  readonly find: (results: Results) => string;
}

export function lookUpCommand(options: {
  readonly process: Pick<Process, 'args' | 'env' | 'cwd'>;
  readonly uid: number;
  readonly gid: number;
}): CommandLookup {
  const { process, uid, gid } = options;
  const [command = ''] = process.args ?? [];
  const candidates = candidatePaths(command, process.env ?? [], process.cwd);
  const probes = candidates.map((path) => ({
    path,
    status: ignoreErrors(statx(AT_FDCWD, path, 0)),
    access: ignoreErrors(faccessat2(AT_FDCWD, path, X_OK)),
  }));
  // The file system ids alone: the process itself still has work to do as root.
  const calls = [
    ...[setfsgid(gid), setfsuid(uid)],
    ...probes.flatMap(({ status, access }) => [status, access]),
    ...[setfsuid(0), setfsgid(0)],
  ];
  const find = (results: Results): string => {
    let denied: string | undefined;
    for (const { path, status, access } of probes) {
      if (results.value(status) < 0) continue;
      const type = decodeStatx(results.bytes(status)).mode & S_IFMT;
      if (type === S_IFREG && results.value(access) === 0) return path;
      // podman takes the second half for its exit code 126, Docker either.
      denied ??= type === S_IFDIR ? 'is a directory: permission denied' : 'permission denied';
    }
    throw notExecutable(command, denied);
  };
  return { calls, find };
}

function candidatePaths(command: string, env: readonly string[], cwd: string): string[] {
  const absolute = (path: string) => (path.startsWith('/') ? path : `${cwd === '/' ? '' : cwd}/${path}`);
  if (command.includes('/')) return [absolute(command)];
  const path = assigned(env, 'PATH') ?? DEFAULT_PATH;
  const directories = path.split(':').map((directory) => directory || '.');
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
