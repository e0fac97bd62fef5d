/** Other schemata for a container's resctrl group, by `update`. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { existsSync, overwriteSync } from '../kernel/file-system.ts';
import type { IntelRdt } from '../spec/types.ts';
import type { ResctrlRecord } from './group.ts';
import { resctrlMount } from './mount.ts';
import { wantedLines } from './schemata.ts';

/** With the words of runc. */
const kinds = [
  { field: 'l3CacheSchema', resource: 'L3', words: 'Intel RDT/CAT: l3 cache schema is not enabled' },
  { field: 'memBwSchema', resource: 'MB', words: 'Intel RDT/MBA: memory bandwidth schema is not enabled' },
] as const;

/**
 * @param group of the container, if it has one
 * @throws RuntimeError `unsupported` where the host has none of it, `state` where the container has no group
 */
export function changeSchemata(group: ResctrlRecord | undefined, asked: IntelRdt): void {
  for (const { field, resource, words } of kinds) if (asked[field] !== undefined) mustHave(resource, words);
  const [directory] = group?.joined ?? [];
  if (directory === undefined) {
    throw new RuntimeError('state', 'the container has no resctrl group', {
      hint: 'a container gets one when it is created, with linux.intelRdt in its configuration',
    });
  }
  const text = wantedLines(asked).map((line) => `${line}\n`);
  overwriteSync(`${directory}/schemata`, text.join(''));
}

function mustHave(resource: string, words: string): void {
  const hint = 'it takes a processor that has it, and: mount -t resctrl resctrl /sys/fs/resctrl';
  let mount: string;
  try {
    mount = resctrlMount('');
  } catch (cause) {
    throw new RuntimeError('unsupported', words, { cause, hint });
  }
  if (!existsSync(`${mount}/info/${resource}`)) throw new RuntimeError('unsupported', words, { hint });
}
