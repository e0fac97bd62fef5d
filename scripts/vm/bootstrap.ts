/** What tests need of other Debians: made once, from packages alone, and kept in `.cache/`. Needs root. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { acquireSettings } from '../../test/setup/debian-image.ts';
import { inRoot } from '../build/paths.ts';
import { archiveKeyring } from './archive.ts';
import { removedAtEnd, runBound } from './ending.ts';

/**
 * Makes a directory if it has not been made yet. Older ones of its kind are removed.
 *
 * @param madeOf what it is made of: another text, another directory
 * @returns its path
 */
export async function madeOnce(
  kind: string,
  madeOf: string,
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const name = `${kind}-${createHash('sha256').update(madeOf).digest('hex').slice(0, 16)}`;
  const kept = inRoot('.cache', name);
  if (existsSync(kept)) return kept;
  const making = removedAtEnd(inRoot('.cache', `making-${process.pid}-${name}`));
  mkdirSync(making, { recursive: true });
  await make(making);
  renameSync(making, kept);
  for (const other of readdirSync(inRoot('.cache'))) {
    if (new RegExp(`^${kind}-[0-9a-f]{16}$`).test(other) && other !== name)
      rmSync(inRoot('.cache', other), { recursive: true, force: true });
  }
  return kept;
}

/** mmdebstrap(1), in namespaces of its own, so that nothing of it stays when it is killed. */
export function bootstrap(args: readonly string[]): Promise<void> {
  const excluded = ['man', 'locale', 'doc', 'info'].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  );
  return runBound('unshare', [
    ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
    ...['mmdebstrap', '--quiet', '--mode=root', '--components=main'],
    // Another distribution's or version's list of keys may not have this one's.
    `--keyring=${archiveKeyring}`,
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    ...acquireSettings().map((file) => `--aptopt=${file}`),
    ...excluded,
    ...args,
  ]);
}
