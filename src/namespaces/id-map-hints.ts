/** What to do where ids cannot be mapped. Read on failures only. */
import { userName } from '../host/passwd.ts';
import { freeRange, subordinateRanges } from '../host/subordinate-ids.ts';

/** The commands that give a user free subordinate ids. */
export function addRangeHint(uid: number, etc = '/etc'): string {
  const owner = userName(uid, etc) ?? String(uid);
  const lacking = files.filter((file) => subordinateRanges(file, uid, etc).length === 0);
  const wanted = lacking.length > 0 ? lacking : files;
  const range = freeRange(etc);
  if (range === undefined) {
    const names = wanted.map((file) => `/etc/${file}`).join(' and ');
    return `as root, give "${owner}" ids in ${names} that no other user has`;
  }
  const line = `'${owner}:${range.start}:${range.size}'`;
  return `as root: ${wanted.map((file) => `echo ${line} >> /etc/${file}`).join('; ')}`;
}

const files = ['subuid', 'subgid'] as const;

/** @param own the id that can be mapped without a helper */
export function helperMissingHint(field: 'uidMappings' | 'gidMappings', own: number): string {
  const single = `{"containerID": 0, "hostID": ${own}, "size": 1}`;
  return `install the package uidmap (shadow-utils on Fedora), or map only your own id: "${field}": [${single}]`;
}
