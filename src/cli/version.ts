/** `tsrun --version`, in the lines of runc: Docker reads the first two, CRI-O takes the third. */

import { jsRuntimeVersion } from '../kernel/own-process.ts';

declare const TSRUN_COMMIT: string | undefined;

/** The version of the runtime specification that is implemented. */
export const SPEC_VERSION = '1.3.0';

/** What the build put in; from the sources, nothing is known. */
const COMMIT = typeof TSRUN_COMMIT === 'string' ? TSRUN_COMMIT : 'unknown';

/** The package's version. */
export async function version(): Promise<string> {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  return manifest.version;
}

export async function versionText(): Promise<string> {
  const { libseccompVersion } = await import('../seccomp/features.ts');
  const libseccomp = libseccompVersion();
  const runtime = jsRuntimeVersion();
  const lines = [
    `tsrun version ${await version()}`,
    `commit: ${COMMIT}`,
    `spec: ${SPEC_VERSION}`,
    ...(libseccomp === undefined ? [] : [`libseccomp: ${libseccomp}`]),
    `${runtime.name}: ${runtime.version}`,
  ];
  return `${lines.join('\n')}\n`;
}
