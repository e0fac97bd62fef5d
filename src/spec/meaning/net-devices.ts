/** `linux.netDevices`: config-linux.md, section Network Devices; names as the kernel's dev_valid_name has them. */

import { utf8Length } from '../../kernel/bytes.ts';
import { child } from '../pointer.ts';
import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';
import { namespaceOf } from './namespaces.ts';

/** IFNAMSIZ without the NUL. */
const LONGEST = 15;

export const netDevices: Check<Config> = {
  reads: ['/linux/netDevices', '/linux/namespaces'],
  run(config, report) {
    const at = '/linux/netDevices';
    const devices = Object.entries(config.linux?.netDevices ?? {});
    if (devices.length > 0 && namespaceOf(config, 'network') === undefined) {
      const hint = 'add {"type": "network"} to /linux/namespaces, or remove them';
      report({
        pointer: at,
        expected: 'no network devices without a network namespace',
        found: 'some',
        hint,
      });
    }
    const taken = new Map<string, string>();
    for (const [name, { name: newName }] of devices) {
      const pointer = child(at, name);
      const expected = `the name of an interface: at most ${LONGEST} bytes, no spaces, "/" or ":"`;
      if (!isName(name)) report({ pointer, expected, found: inWords(name) });
      if (newName && !isName(newName))
        report({ pointer: `${pointer}/name`, expected, found: inWords(newName) });
      const wanted = newName || name;
      const other = taken.get(wanted);
      if (other !== undefined && !wanted.includes('%d')) {
        const found = `"${wanted}", which "${other}" has too`;
        report({
          pointer,
          expected: 'a name of its own in the container',
          found,
          hint: 'rename one of them',
        });
      }
      taken.set(wanted, name);
    }
  },
};

function isName(name: string): boolean {
  const length = utf8Length(name);
  return length > 0 && length <= LONGEST && name !== '.' && name !== '..' && !/[\s/:]/.test(name);
}
