/** `hostname` and `domainname`: sethostname(2), setdomainname(2), uts_namespaces(7). */
import { type Step, step } from '../init/step.ts';
import { setdomainname, sethostname } from '../kernel/calls/namespace.ts';
import type { Config } from '../spec/types.ts';

/** That the UTS namespace is not the host's has been checked with the config. */
export function hostnameSteps({
  hostname,
  domainname,
}: Pick<Config, 'hostname' | 'domainname'>): readonly Step[] {
  return [
    ...(hostname
      ? [step('init', `set the host name "${hostname}"`, '/hostname', [sethostname(hostname)])]
      : []),
    ...(domainname
      ? [step('init', `set the domain name "${domainname}"`, '/domainname', [setdomainname(domainname)])]
      : []),
  ];
}
