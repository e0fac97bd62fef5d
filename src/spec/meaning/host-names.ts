/** `hostname` and `domainname` belong to the UTS namespace: without a namespace they would rename the host. */

import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';
import { namespaceOf } from './namespaces.ts';

export const hostNames: Check<Config> = {
  reads: ['/hostname', '/domainname', '/linux/namespaces'],
  run(config, report) {
    if (namespaceOf(config, 'uts') !== undefined) return;
    for (const name of ['hostname', 'domainname'] as const) {
      if (!config[name]) continue;
      const hint = 'add {"type": "uts"} to /linux/namespaces, or remove it';
      const expected = `no ${name} without a uts namespace`;
      report({ pointer: `/${name}`, expected, found: inWords(config[name]), hint });
    }
  },
};
