/** What a release is called, and the time that its files carry: the same wherever it is built. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Arch, inRoot, root } from '../build/paths.ts';

export interface Release {
  readonly version: string;
  readonly arch: Arch;
  /** Seconds since 1970 that all files are from: https://reproducible-builds.org/specs/source-date-epoch/ */
  readonly epoch: number;
}

/** @throws where nobody knows the time of the sources */
export function release(arch: Arch): Release {
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return { version, arch, epoch: sourceDate() };
}

function sourceDate(): number {
  const given = process.env.SOURCE_DATE_EPOCH ?? lastCommit();
  if (given !== undefined && /^\d+$/.test(given)) return Number(given);
  throw new Error(
    'the sources are not in git here: set SOURCE_DATE_EPOCH to their time, in seconds since 1970',
  );
}

/** The time of the commit that is checked out, in seconds; nothing where there is no git. */
export function lastCommit(): string | undefined {
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
