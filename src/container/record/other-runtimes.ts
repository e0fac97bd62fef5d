/** Containers that another runtime keeps in the directory that was given as `--root`. */
import { existsSync } from '../../kernel/file-system.ts';
import { join } from '../../kernel/path.ts';

/**
 * @param record what `state.json` holds, as far as it is JSON
 * @returns the name of the runtime whose container is in a directory, if it can be told
 */
export function otherRuntime(directory: string, record: unknown): string | undefined {
  const has = (key: string) => typeof record === 'object' && record !== null && key in record;
  if (has('init_process_pid')) return 'runc';
  if (has('useSystemd') || has('use_systemd')) return 'youki';
  return FILES.find(([name]) => existsSync(join(directory, name)))?.[1];
}

/** What tells them apart if there is no `state.json`, or one that cannot be read. */
const FILES = [
  ['status', 'crun'],
  ['youki_config.json', 'youki'],
  ['exec.fifo', 'runc'],
] as const;
