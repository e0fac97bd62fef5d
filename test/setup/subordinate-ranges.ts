/** The ranges of subordinate ids that the user of a test has: subuid(5), subgid(5). */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { TestContext } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { need } from './needs.ts';

const ranges = [subordinate('/etc/subuid'), subordinate('/etc/subgid')] as const;

/** Maps the own ids, as the configuration has them already, and behind them the ranges. */
export function withRanges({ linux }: LooseConfig): void {
  ['uidMappings', 'gidMappings'].forEach((name, index) => {
    const [first = 0, size = 0] = ranges[index] ?? [];
    linux[name] = [linux[name][0], { containerID: 1, hostID: first, size }];
  });
}

export function needRanges(context: TestContext): void {
  need(context, 'uidmap');
  context.skip(ranges.includes(undefined), 'no subordinate ids');
}

/** First id and number of ids. */
function subordinate(file: string): [number, number] | undefined {
  const { username, uid } = userInfo();
  const own = lines(file).find((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  return own?.split(':').slice(1).map(Number) as [number, number] | undefined;
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
