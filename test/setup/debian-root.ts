/** A fresh Debian to install packages in. It goes when the test ends, whatever is in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianImage } from './debian-image.ts';
import { execute, type Result } from './execute.ts';
import { runIsolated } from './isolated-root.ts';

export interface DebianRoot extends AsyncDisposable {
  /** The root's directory, seen from here. */
  readonly path: string;
  /** Runs a shell script as root in there, with no environment but a PATH. */
  run(script: string): Promise<Result>;
}

/**
 * @param suite Debian's version; this machine's own without it
 * @param packages more than the fewest that make a Debian
 */
export async function debianRoot(suite?: string, packages: readonly string[] = []): Promise<DebianRoot> {
  const path = mkdtempSync(join(tmpdir(), 'tsrun-debian-'));
  const remove = () => rmSync(path, { recursive: true, force: true });
  try {
    const image = await debianImage(path, suite, packages);
    const root = join(path, 'root');
    await must(execute('mkdir', [root]));
    await must(execute('tar', ['-xpf', image, '-C', root], { timeout: 120_000 }));
    return {
      path: root,
      run: (script) => runIsolated(root, script),
      [Symbol.asyncDispose]: async () => remove(),
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function must(pending: Promise<Result>): Promise<void> {
  const { code, stderr } = await pending;
  if (code !== 0) throw new Error(stderr.trim());
}
