/** What tests need from the machine beyond Node: commands, and the Debian packages that bring them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { gccPackage, libcPackage, missingGcc, triplet } from '../../scripts/build/compiler.ts';
import { libseccompIdentity } from '../../src/kernel/libseccomp.ts';

export interface Need {
  /** Debian's package. */
  readonly package: string;
  /** What cannot be tested without it. */
  readonly purpose: string;
  readonly present: () => boolean;
}

/** Of the processor that this machine does not have. */
const otherArch = process.arch === 'arm64' ? 'x64' : 'arm64';

/** The JSON schemas of the OCI runtime specification, of the version that Debian has. */
export const runtimeSpecSchemas = '/usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema';

/** What test/engines/ needs. */
export const engineNeeds = {
  podman: { package: 'podman', purpose: 'podman with tsrun', present: has('podman') },
  buildah: { package: 'buildah', purpose: 'buildah with tsrun', present: has('buildah') },
  registry: {
    package: 'docker-registry',
    purpose: 'images pulled and pushed',
    present: has('docker-registry'),
  },
  catatonit: {
    package: 'catatonit',
    purpose: "engines, on private hosts; podman's --init",
    present: has('catatonit'),
  },
  netavark: {
    package: 'netavark',
    purpose: "podman's networks",
    present: () => existsSync('/usr/lib/podman/netavark'),
  },
  iptables: { package: 'iptables', purpose: "engines' networks", present: has('iptables') },
  slirp4netns: { package: 'slirp4netns', purpose: "ordinary users' networks", present: has('slirp4netns') },
  docker: { package: 'docker.io', purpose: 'Docker and Swarm with tsrun', present: has('dockerd') },
  rootlesskit: { package: 'rootlesskit', purpose: "an ordinary user's Docker", present: has('rootlesskit') },
  containerd: {
    package: 'containerd',
    purpose: 'containerd with tsrun',
    present: has('containerd-shim-runc-v2'),
  },
  cniPlugins: {
    package: 'containernetworking-plugins',
    purpose: "pods' networks",
    present: () => existsSync('/usr/lib/cni/bridge'),
  },
} as const satisfies Readonly<Record<string, Need>>;

/** What test/package/ and a few unit tests need. */
export const packageNeeds = {
  qemuUser: {
    package: 'qemu-user',
    purpose: 'programs for the other processor',
    present: () => userEmulator('aarch64') !== undefined,
  },
  crossLibc: {
    package: libcPackage(otherArch),
    purpose: 'the executable for the other processor',
    present: () => existsSync(`/usr/${triplet(otherArch)}/lib/libc.a`),
  },
  groff: { package: 'groff-base', purpose: 'whether manual pages can be read', present: has('groff') },
  zsh: { package: 'zsh', purpose: 'completion in zsh', present: has('zsh') },
} as const satisfies Readonly<Record<string, Need>>;

export const needs = {
  runc: { package: 'runc', purpose: 'comparison with runc', present: has('runc') },
  crun: { package: 'crun', purpose: 'comparison with crun', present: has('crun') },
  busybox: {
    package: 'busybox-static',
    purpose: 'all tests that run a container',
    present: () => staticBusybox() !== undefined,
  },
  mmdebstrap: { package: 'mmdebstrap', purpose: 'a Debian root file system', present: has('mmdebstrap') },
  uidmap: { package: 'uidmap', purpose: 'id ranges of ordinary users', present: has('newuidmap') },
  fuseOverlayfs: {
    package: 'fuse-overlayfs',
    purpose: 'overlay where the kernel refuses it',
    present: has('fuse-overlayfs'),
  },
  gcc: {
    package: 'gcc',
    purpose: 'compiling the C sources, and tests that run programs of their own in containers',
    present: has('gcc'),
  },
  crossGcc: {
    package: gccPackage(otherArch),
    purpose: 'compiling the C sources for the other processor',
    present: () => missingGcc(otherArch) === undefined,
  },
  clangFormat: {
    package: 'clang-format',
    purpose: 'the format of the C sources',
    present: has('clang-format'),
  },
  libseccomp: {
    package: 'libseccomp2',
    purpose: 'seccomp filters',
    present: () => libseccompIdentity() !== undefined,
  },
  iproute2: { package: 'iproute2', purpose: 'network devices', present: has('ip') },
  perl: { package: 'perl-base', purpose: 'attacks that make system calls', present: has('perl') },
  script: { package: 'bsdutils', purpose: 'attacks on terminals', present: has('script') },
  runtimeSpec: {
    package: 'golang-github-opencontainers-specs-dev',
    purpose: "what is printed and known, against the specification's own schema",
    present: () => existsSync(runtimeSpecSchemas),
  },
  systemd: {
    package: 'systemd',
    purpose: 'cgroups that systemd manages',
    present: () => existsSync('/lib/systemd/systemd'),
  },
  dbus: { package: 'dbus', purpose: 'cgroups that systemd manages', present: has('dbus-daemon') },
  dbusUserSession: {
    package: 'dbus-user-session',
    purpose: "cgroups that an ordinary user's systemd manages",
    present: () => existsSync('/usr/lib/systemd/user/dbus.socket'),
  },
  chrt: { package: 'util-linux', purpose: 'limits of real-time processes', present: has('chrt') },
  ...engineNeeds,
  ...packageNeeds,
  strace: { package: 'strace', purpose: 'tests that watch system calls', present: has('strace') },
} as const satisfies Readonly<Record<string, Need>>;

/** Skips the test, with the reason, where something it needs is missing. */
export function need(context: TestContext, ...names: readonly (keyof typeof needs)[]): void {
  for (const name of names) {
    const { package: debian, present } = needs[name];
    context.skip(!present(), `${debian} is not installed`);
  }
}

/** Skips the test unless root runs it. */
export function needRoot(context: TestContext): void {
  context.skip(process.getuid?.() !== 0, 'needs root');
}

/** Where a statically linked busybox is. */
export function staticBusybox(): string | undefined {
  const path = findCommand('busybox');
  // ldd refuses what has no dynamic section.
  return path !== undefined && spawnSync('ldd', [path]).status !== 0 ? path : undefined;
}

/** QEMU's emulation of a processor's user mode. Debian has it under two names, by how it is linked. */
export function userEmulator(processor: 'aarch64' | 'x86_64'): string | undefined {
  return findCommand(`qemu-${processor}`) ?? findCommand(`qemu-${processor}-static`);
}

/** A command's path; the directories for administrators count too. */
export function findCommand(name: string): string | undefined {
  const folders = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(':');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function has(command: string): () => boolean {
  return () => findCommand(command) !== undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
