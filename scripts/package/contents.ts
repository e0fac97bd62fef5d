/**
 * What is installed, as files below a prefix (`/usr`, or any directory): the launcher finds the engine from its own
 * place, and the engine its native parts beside itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completionScripts } from '../../src/cli/completion-scripts.ts';
import { addonBytes } from '../../src/kernel/addon/bytes.ts';
import { bunEnvironment, launcherFile } from '../build/launcher.ts';
import { inRoot } from '../build/paths.ts';
import { compressed, type PackageFile } from './files.ts';
import { manualPages } from './manual.ts';
import { executableNotices } from './notices.ts';
import type { Release } from './release.ts';

/** What was built for one architecture. */
export interface Built {
  /** Bun with the program. */
  readonly engine: string;
  /** koffi's native part. */
  readonly koffi: string;
}

/** The program and what belongs to it. */
export async function installedFiles(release: Release, { engine, koffi }: Built): Promise<PackageFile[]> {
  return [
    { path: 'bin/tsrun', content: launcher(release), executable: true },
    { path: 'lib/tsrun/tsrun-bun', content: { copyOf: engine }, executable: true },
    { path: 'lib/tsrun/koffi.node', content: { copyOf: koffi } },
    { path: 'lib/tsrun/syscall.node', content: Buffer.from(addonBytes[release.arch], 'base64') },
    ...(await manualPages(release)),
    { path: 'share/bash-completion/completions/tsrun', content: completionScripts.bash },
    { path: 'share/zsh/vendor-completions/_tsrun', content: completionScripts.zsh },
    { path: 'share/tsrun/apparmor.d/tsrun', content: readFileSync(inRoot('packaging/apparmor/tsrun')) },
    { path: 'share/doc/tsrun/copyright', content: executableNotices() },
    compressed('share/doc/tsrun/changelog', readFileSync(inRoot('CHANGELOG.md'), 'utf8')),
  ];
}

/** Paths relative to its own: the prefix does not matter, only that both have the same. */
function launcher({ arch }: Release): Buffer {
  const prefix = '/';
  const executable = join(prefix, 'lib/tsrun/tsrun-bun');
  return launcherFile(join(prefix, 'bin'), [{ executable, args: [], env: bunEnvironment }], arch);
}
