/** `tsrun --version`, in the lines of runc: Docker reads the first two, CRI-O takes the third. */

import manifest from '../../package.json' with { type: 'json' };
import { jsRuntimeVersion } from '../kernel/own-process.ts';
import { libseccompVersion } from '../seccomp/features.ts';

declare const TSRUN_COMMIT: string | undefined;

/** The version of the runtime specification that is implemented. */
export const SPEC_VERSION = '1.3.0';

/** What the build put in; from the sources, nothing is known. */
const COMMIT = typeof TSRUN_COMMIT === 'string' ? TSRUN_COMMIT : 'unknown';

/** The package's version. */
export const { version } = manifest;

export function versionText(): string {
  const libseccomp = libseccompVersion();
  const runtime = jsRuntimeVersion();
  const lines = [
    `tsrun version ${version}`,
    `commit: ${COMMIT}`,
    `spec: ${SPEC_VERSION}`,
    ...(libseccomp === undefined ? [] : [`libseccomp: ${libseccomp}`]),
    `${runtime.name}: ${runtime.version}`,
  ];
  return `${lines.join('\n')}\n`;
}
