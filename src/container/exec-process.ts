/** The process that `exec` is to start: a file's, or the container's own with what the command line changes. */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { Log } from '../log/log.ts';
import type { Capabilities, Config, Process } from '../spec/types.ts';
import type { ExecOptions } from './exec.ts';

/** @throws RuntimeError `config` for the file, `usage` */
export async function execProcess(config: Config, options: ExecOptions, log: Log): Promise<Process> {
  if (options.processFile) {
    // The validators are most of what `exec` would load.
    const { loadProcess } = await import('../spec/load.ts');
    return withInherited(loadProcess(options.processFile, log), config.process);
  }
  const { process } = config;
  if (options.cwd !== undefined && !options.cwd.startsWith('/')) {
    throw new RuntimeError('usage', `the working directory "${options.cwd}" is not absolute`, {
      hint: 'it is a path in the container: --cwd /…',
    });
  }
  const odd = options.env.find((entry) => entry.indexOf('=') <= 0);
  if (odd !== undefined) {
    throw new RuntimeError('usage', `invalid environment variable: ${JSON.stringify(odd)}`, {
      hint: 'write --env NAME=VALUE; no variable of the caller is taken over',
    });
  }
  const gid = options.user?.gid ?? process.user.gid;
  const additionalGids = [...(process.user.additionalGids ?? []), ...options.additionalGids];
  return {
    ...process,
    args: [...options.args],
    terminal: options.tty,
    cwd: options.cwd ?? process.cwd,
    env: [...(process.env ?? []), ...options.env],
    user: { ...process.user, uid: options.user?.uid ?? process.user.uid, gid, additionalGids },
    noNewPrivileges: options.noNewPrivs ?? process.noNewPrivileges ?? false,
    ...(options.apparmor === undefined ? {} : { apparmorProfile: options.apparmor }),
    ...(options.processLabel === undefined ? {} : { selinuxLabel: options.processLabel }),
    capabilities: withCapabilities(process.capabilities ?? {}, options.caps),
  };
}

const INHERITED = [
  ...(['capabilities', 'apparmorProfile', 'selinuxLabel'] as const),
  ...(['scheduler', 'ioPriority', 'execCPUAffinity', 'oomScoreAdj'] as const),
] as const;

/**
 * What a process file says nothing of is as in the container's process, as with runc: nobody is less confined for
 * being described in a file.
 */
function withInherited(process: Process, container: Process): Process {
  const silent = INHERITED.filter((name) => (process[name] ?? '') === '' && container[name] !== undefined);
  const inherited: Partial<Process> = Object.fromEntries(silent.map((name) => [name, container[name]]));
  return { ...process, ...inherited };
}

/** Not into the inheritable set (CVE-2022-29162), and into the ambient one only where the container has that. */
function withCapabilities(own: Capabilities, added: readonly string[]): Capabilities {
  if (added.length === 0) return own;
  const join = (names: readonly string[] = []) => [...new Set([...names, ...added])];
  const inheritable = own.inheritable ?? [];
  const ambient = added.filter((name) => inheritable.includes(name));
  return {
    ...own,
    bounding: join(own.bounding),
    effective: join(own.effective),
    permitted: join(own.permitted),
    ...(ambient.length > 0 ? { ambient: [...new Set([...(own.ambient ?? []), ...ambient])] } : {}),
  };
}
