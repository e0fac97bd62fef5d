/** Debian's packages: those that the host needs to make and run the guest, and those that are in it. */
import { engineNeeds, findCommand, type Need, needs, packageNeeds } from '../../test/setup/needs.ts';

const purpose = 'the guest of the tests';

export const hostNeeds: readonly Need[] = [
  needs.mmdebstrap,
  { package: 'e2fsprogs', purpose, present: () => findCommand('mkfs.ext4') !== undefined },
  { package: 'xz-utils', purpose, present: () => findCommand('xz') !== undefined },
];

/** QEMU is unpacked beside the guest, not installed: the one of Debian 12 crashes guests now and then. */
export const emulator: readonly string[] = ['qemu-system-x86', 'seabios'];

/** Without a network nothing can be bootstrapped in the guest; the rest is tested on the machine. */
const leftOut: readonly Need[] = [
  ...[needs.mmdebstrap, needs.crossGcc, needs.clangFormat],
  ...Object.values(engineNeeds),
  ...Object.values(packageNeeds),
];

/** What the tests ask for comes from the same table as on the host. */
export const guestPackages: readonly string[] = [
  ...['systemd', 'systemd-sysv', 'dbus', 'dbus-user-session', 'libpam-systemd'],
  ...['apparmor', 'kmod', 'procps', 'util-linux', 'libcap2-bin', 'attr', 'acl', 'libc6-dev', 'less'],
  ...Object.values(needs)
    .filter((need) => !leftOut.includes(need))
    .map((need) => need.package),
];
