/** What to do where ids cannot be mapped. Read on failures only. */
import { freeRange } from '../host/subordinate-ids.ts';

/** The commands that give a user subordinate ids which nobody else has. */
export function addRangeHint(owner: string, etc = '/etc'): string {
  const line = (file: 'subuid' | 'subgid') => {
    const { start, size } = freeRange(file, etc);
    return `echo '${owner}:${start}:${size}' >> /etc/${file}`;
  };
  return `as root: ${line('subuid')}; ${line('subgid')}`;
}

/** @param own the id that can be mapped without a helper */
export function helperMissingHint(field: 'uidMappings' | 'gidMappings', own: number): string {
  const single = `{"containerID": 0, "hostID": ${own}, "size": 1}`;
  return `install the package uidmap (shadow-utils on Fedora), or map only your own id: "${field}": [${single}]`;
}
