/** What the memory controller of either version has counted. */
import { readOrEmpty } from './file-text.ts';

export interface MemoryTrouble {
  /** How many processes were killed for want of memory. */
  readonly kills: number;
  /** How often the limit was reached. */
  readonly reached: number;
}

/** @param paths the directories of one cgroup */
export function memoryTrouble(paths: readonly string[]): MemoryTrouble {
  const read = (file: string) => paths.map((path) => readOrEmpty(`${path}/${file}`)).join('\n');
  const kills = read('memory.oom_control') || '';
  const events = read('memory.events');
  return {
    kills: numberAfter('oom_kill', `${kills}\n${events}`),
    reached: Number(read('memory.failcnt').trim() || 0) + numberAfter('max', events),
  };
}

/** Bytes in use. @param paths the directories of one cgroup */
export function memoryUsage(paths: readonly string[]): number {
  const files = ['memory.usage_in_bytes', 'memory.current'];
  return Number(
    paths.flatMap((path) => files.map((file) => readOrEmpty(`${path}/${file}`))).find((text) => text),
  );
}

function numberAfter(word: string, text: string): number {
  return Number(new RegExp(`^${word} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}
