/** What is installed, as files below a prefix (`/usr`, or any directory): the executable needs none of the others. */
import { readFileSync } from 'node:fs';
import { completionScripts } from '../../src/cli/completion-scripts.ts';
import { inRoot } from '../build/paths.ts';
import { compressed, type PackageFile } from './files.ts';
import { manualPages } from './manual.ts';
import { executableNotices } from './notices.ts';
import type { Release } from './release.ts';

/** The program and what belongs to it. */
export async function installedFiles(release: Release, executable: string): Promise<PackageFile[]> {
  return [
    { path: 'bin/tsrun', content: { copyOf: executable }, executable: true },
    ...(await manualPages(release)),
    { path: 'share/bash-completion/completions/tsrun', content: completionScripts.bash },
    { path: 'share/zsh/vendor-completions/_tsrun', content: completionScripts.zsh },
    { path: 'share/tsrun/apparmor.d/tsrun', content: readFileSync(inRoot('packaging/apparmor/tsrun')) },
    { path: 'share/doc/tsrun/copyright', content: executableNotices(release.arch) },
    compressed('share/doc/tsrun/changelog', readFileSync(inRoot('CHANGELOG.md'), 'utf8')),
  ];
}
