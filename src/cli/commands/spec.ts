/** `tsrun spec`: a config.json to begin with. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { subordinateRanges } from '../../host/subordinate-ids.ts';
import { modeForCaller } from '../../host/umask.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../../kernel/constants/file.ts';
import { openSync, writeAndClose } from '../../kernel/file-system.ts';
import { effectiveGid, effectiveUid } from '../../kernel/own-process.ts';
import { join } from '../../kernel/path.ts';
import type { Log } from '../../log/log.ts';
import { addRangeHint } from '../../namespaces/id-map-hints.ts';
import { generateSpec, type SpecOptions, serializeSpec } from '../../spec/generate.ts';
import { defineCommand } from '../command.ts';
import { absolute } from '../paths.ts';

export const spec = defineCommand({
  name: 'spec',
  summary: 'write a new config.json',
  description: 'Writes a configuration that runs sh on a writable layer over the directory rootfs.',
  args: [],
  options: [
    {
      name: 'bundle',
      short: 'b',
      type: 'text',
      value: 'DIR',
      default: '.',
      defaultText: 'the current directory',
      help: 'where to',
    },
    { name: 'rootless', type: 'flag', help: 'for an ordinary user: with a user namespace of its own' },
    { name: 'subids', type: 'flag', help: 'with --rootless: map the subordinate ids of the user too' },
    { name: 'no-overlay', type: 'flag', help: 'without the writable layer: the container writes to rootfs' },
  ],
  warnings: 'at-end',
  async run({ runtime }, { options }) {
    const { rootless = false, subids = false } = options;
    if (subids && !rootless) {
      throw new RuntimeError('usage', '--subids is for a rootless configuration', { hint: 'add --rootless' });
    }
    const path = join(absolute(options.bundle), 'config.json');
    const ids = callerIds(subids, runtime.log);
    writeNew(path, serializeSpec(generateSpec({ rootless, overlay: options['no-overlay'] !== true, ids })));
    if (!rootless && effectiveUid() !== 0) {
      runtime.log.warning(`${path} is for root`, {
        hint: 'tsrun spec --rootless writes one for an ordinary user',
      });
    }
    return 0;
  },
});

/** The ids of whoever will run it, with their subordinate ranges if wanted; without, where they have none. */
function callerIds(subids: boolean, log: Log): SpecOptions['ids'] {
  const ids = { uid: effectiveUid(), gid: effectiveGid() };
  if (!subids) return ids;
  const [subuid] = subordinateRanges('subuid', ids.uid);
  const [subgid] = subordinateRanges('subgid', ids.uid);
  if (subuid && subgid) return { ...ids, subuid, subgid };
  log.warning(`${subuid ? '/etc/subgid' : '/etc/subuid'} has no range for uid ${ids.uid}: one id only`, {
    hint: addRangeHint(ids.uid),
  });
  return ids;
}

/** O_EXCL, so that a file that is there, or a link to one, stays as it is. */
function writeNew(path: string, text: string): void {
  try {
    writeAndClose(openSync(path, O_WRONLY | O_CREAT | O_EXCL, modeForCaller(0o666)), text);
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (exists) throw new RuntimeError('exists', `file ${path} exists`, { hint: 'remove it first' });
    throw new RuntimeError('bundle', `cannot write "${path}"`, {
      cause,
      hint: 'check the directory given with --bundle',
    });
  }
}
