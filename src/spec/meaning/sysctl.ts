/** `linux.sysctl`: of the container's own namespaces only; anything else would change the machine. */

import { child } from '../pointer.ts';
import { inWords, type Problem, type Report } from '../problem.ts';
import { namespaceOfSysctl, sysctlPath } from '../sysctl-name.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';
import { namespaceOf } from './namespaces.ts';

export const sysctl: Check<Config> = {
  reads: ['/linux/sysctl', '/linux/namespaces', '/domainname'],
  run(config, report) {
    const all = config.linux?.sysctl;
    if (all === undefined) return;
    const names = new Map<string, string>();
    for (const name of Object.keys(all)) {
      const path = sysctlPath(name);
      const problem = path === undefined ? noName(name) : wrong(path, name, config);
      if (problem) report({ pointer: child('/linux/sysctl', name), ...problem });
      else if (path !== undefined) refuseSecond(names, path, name, report);
    }
  },
};

type Reason = Omit<Problem, 'pointer'>;

function noName(name: string): Reason {
  const hint = 'write it as sysctl(8) does: "net.ipv4.ip_forward"';
  return { expected: 'the name of a sysctl', found: inWords(name), hint };
}

function wrong(path: string, name: string, config: Config): Reason | undefined {
  const type = namespaceOfSysctl(path);
  if (type === undefined) {
    return {
      expected: "a sysctl of one of the container's namespaces",
      found: `${JSON.stringify(name)}, which is not in a separate kernel namespace`,
      hint: 'remove it, and set it on the host with sysctl(8)',
    };
  }
  if (path === 'kernel/hostname') {
    const hint = 'write the name as "hostname"';
    return { expected: 'no sysctl that conflicts with /hostname', found: JSON.stringify(name), hint };
  }
  // An ordinary user's container gets a user namespace where the configuration has none: the plan knows.
  if (type !== 'user' && namespaceOf(config, type) === undefined) {
    return {
      expected: `no sysctl of the host's ${type} namespace`,
      found: JSON.stringify(name),
      hint: `add {"type": "${type}"} to /linux/namespaces, or remove it`,
    };
  }
  const { domainname } = config;
  if (path !== 'kernel/domainname' || !domainname || config.linux?.sysctl?.[name] === domainname) return;
  const hint = 'remove one of them';
  return { expected: 'no sysctl that conflicts with /domainname', found: JSON.stringify(name), hint };
}

/** Which of them would win is chance. */
function refuseSecond(names: Map<string, string>, path: string, name: string, report: Report): void {
  const first = names.get(path);
  if (first !== undefined) {
    const found = `${JSON.stringify(name)}, which is also ${JSON.stringify(first)}`;
    const pointer = child('/linux/sysctl', name);
    report({ pointer, expected: 'each sysctl once', found, hint: 'remove one of them' });
  }
  names.set(path, name);
}
