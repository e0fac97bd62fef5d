/** Memory limits of either version, and what the controller has counted. */
import { existsSync } from '../kernel/file-system.ts';
import type { Resources } from '../spec/types.ts';
import { readOrEmpty } from './file-text.ts';

export interface MemoryLimit {
  /** Bytes, or what the file of version 2 is given. */
  readonly limit: number | bigint | string;
  /** Below linux.resources, as of a JSON pointer without its slash in front. */
  readonly field: string;
}

/** What `unified` says has the last word. */
export function memoryLimit({ memory, unified }: Resources = {}): MemoryLimit | undefined {
  const max = unified?.['memory.max'];
  if (max !== undefined) return { limit: max, field: 'unified/memory.max' };
  return memory?.limit === undefined ? undefined : { limit: memory.limit, field: 'memory/limit' };
}

export interface MemoryTrouble {
  /** How many processes were killed for want of memory. */
  readonly kills: number;
  /** How often the limit was reached. */
  readonly reached: number;
}

/** @param paths the directories of one cgroup */
export function memoryTrouble(paths: readonly string[]): MemoryTrouble {
  const read = reader(paths);
  const events = read('memory.events');
  return {
    kills: numberAfter('oom_kill', `${read('memory.oom_control')}\n${events}`),
    reached: Number(read('memory.failcnt') || 0) + numberAfter('max', events),
  };
}

/** Bytes in use. @param paths the directories of one cgroup */
export function memoryUsage(paths: readonly string[]): number {
  const read = reader(paths);
  return Number(read('memory.usage_in_bytes') || read('memory.current'));
}

/** Of the one hierarchy that has the memory controller; where none has, every file is empty. */
function reader(paths: readonly string[]): (file: string) => string {
  const counts = ['memory.usage_in_bytes', 'memory.current'];
  const directory = paths.find((path) => counts.some((file) => existsSync(`${path}/${file}`)));
  return (file) => (directory === undefined ? '' : readOrEmpty(`${directory}/${file}`));
}

function numberAfter(word: string, text: string): number {
  return Number(new RegExp(`^${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}
