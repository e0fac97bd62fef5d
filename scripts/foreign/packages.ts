/** What the suite needs from the machine, as Debian's packages. */
import { existsSync } from 'node:fs';
import { findCommand, type Need, needs } from '../../test/setup/needs.ts';

const purpose = "runc's integration suite";

export const suiteNeeds: readonly Need[] = [
  needs.runc,
  needs.crun,
  needs.busybox,
  needs.mmdebstrap,
  needs.uidmap,
  ...['bats', 'jq', 'gawk', 'gcc', 'git', 'xz', 'patch'].map(command),
  { package: 'procps', purpose, present: () => findCommand('ps') !== undefined },
  { package: 'dpkg-dev', purpose, present: () => findCommand('dpkg-source') !== undefined },
  { package: 'libc6-dev', purpose, present: () => existsSync('/usr/include/stdio.h') },
  { package: 'libseccomp-dev', purpose, present: () => existsSync('/usr/include/seccomp.h') },
];

function command(name: string): Need {
  return {
    package: name === 'xz' ? 'xz-utils' : name,
    purpose,
    present: () => findCommand(name) !== undefined,
  };
}
