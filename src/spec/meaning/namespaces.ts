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

/**
 * Without one, the mounts of the container would be the caller's, and changing the root would change it for all
 * processes that are where the caller is.
 */
export const mountNamespace: Check<Config> = {
  reads: ['/linux/namespaces'],
  run(config, report) {
    if (namespaceOf(config, 'mount') !== undefined) return;
    const hint = 'add {"type": "mount"} to /linux/namespaces';
    report({ pointer: '/linux/namespaces', expected: 'a mount namespace', found: 'none', hint });
  },
};

/** The entry of this type; its namespace is new when it has no path. */
export function namespaceOf(config: Config, type: NamespaceType): Namespace | undefined {
  return config.linux?.namespaces?.find((namespace) => namespace.type === type);
}
