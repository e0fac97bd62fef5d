/**
 * `tsrun checkpoint` and `tsrun restore`: known, and refused. An engine that tries is told so in words, and `features`
 * says it beforehand (`org.tsrun.checkpoint.enabled`).
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { type Command, defineCommand } from '../command.ts';
import type { Option } from '../option.ts';
import { containerId } from './container-id.ts';

const IGNORED = { help: 'accepted and ignored', hidden: true } as const;

/** What runc has, so that the answer is not about an option. */
const OPTIONS: readonly Option[] = [
  ...[
    'bundle',
    'console-socket',
    'image-path',
    'lsm-mount-context',
    'lsm-profile',
    'manage-cgroups-mode',
  ].map(text),
  ...['page-server', 'parent-path', 'pid-file', 'status-fd', 'work-path'].map(text),
  ...['auto-dedup', 'detach', 'ext-unix-sk', 'file-locks', 'lazy-pages', 'leave-running', 'link-remap'].map(
    flag,
  ),
  ...['no-pivot', 'no-subreaper', 'pre-dump', 'shell-job', 'tcp-established', 'tcp-skip-in-flight'].map(flag),
  { name: 'empty-ns', type: 'list', value: 'NAMESPACE', ...IGNORED },
];

export const checkpoint = refused('checkpoint');
export const restore = refused('restore');

function refused(name: 'checkpoint' | 'restore'): Command {
  return defineCommand({
    name,
    summary: 'not supported: containers are not saved and restored',
    args: [containerId],
    options: OPTIONS,
    run() {
      throw new RuntimeError('unsupported', `${name} is not supported by tsrun`, {
        hint: 'use runc or crun with CRIU for a container that is to be restored; --overlay=dir=PATH keeps its files',
      });
    },
  });
}

function text(name: string): Option {
  return { name, type: 'text', value: 'VALUE', ...IGNORED };
}

function flag(name: string): Option {
  return { name, type: 'flag', ...IGNORED, ...(name === 'detach' ? { short: 'd' } : {}) };
}
