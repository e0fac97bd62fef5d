/** `linux.namespaces`: config-linux.md, section Namespaces. */

import type { Config, Namespace, NamespaceType } from '../types.ts';
import { mustBeAbsolute } from './absolute.ts';
import type { Check } from './check.ts';

export const namespaces: Check<Config> = {
  reads: ['/linux/namespaces'],
  run({ linux }, report) {
    const first = new Map<NamespaceType, number>();
    linux?.namespaces?.forEach(({ type, path }, index) => {
      const pointer = `/linux/namespaces/${index}`;
      const earlier = first.get(type);
      if (earlier !== undefined) {
        const found = `a duplicate of [${earlier}], "${type}"`;
        report({ pointer, expected: 'each type once', found, hint: 'remove one of them' });
      }
      first.set(type, earlier ?? index);
      if (path) mustBeAbsolute(path, `${pointer}/path`, report);
    });
  },
};

/** The entry of this type; its namespace is new when it has no path. */
export function namespaceOf(config: Config, type: NamespaceType): Namespace | undefined {
  return config.linux?.namespaces?.find((namespace) => namespace.type === type);
}
