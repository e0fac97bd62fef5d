/** The package for Debian and Ubuntu, made with dpkg-deb(1) alone: there is nothing to compile. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../build/command.ts';
import { inRoot } from '../build/paths.ts';
import { below, compressed, type PackageFile, writeFiles } from './files.ts';
import type { Release } from './release.ts';

const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' } as const;

/** The first package of this version. */
const REVISION = 1;

/** The executable needs nothing. These are used if they are installed: for id maps of ordinary users, and for overlays if the kernel refuses them. */
const RECOMMENDS = 'uidmap, fuse-overlayfs';

/** Debian 12 and Ubuntu 22.04 read it. The number of threads is fixed for the reason that it is in archive.ts. */
const COMPRESSION = ['-Zxz', '-z9', '--threads-max=2'];

/**
 * Makes the package.
 *
 * @param installed what goes below `/usr`
 * @returns its name, in `parent`
 */
export function debianPackage(parent: string, release: Release, installed: readonly PackageFile[]): string {
  const files = below('usr', [...installed, ...documentation(release)]);
  const name = `tsrun_${debianVersion(release)}_${ARCHITECTURE[release.arch]}`;
  const staging = join(parent, `${name}.staging`);
  writeFiles(staging, [...files, ...controlFiles(release, files)], release.epoch);
  command('dpkg-deb', ['--root-owner-group', ...COMPRESSION, '--build', staging, `${name}.deb`], parent, {
    ...process.env,
    SOURCE_DATE_EPOCH: String(release.epoch),
  });
  rmSync(staging, { recursive: true });
  return `${name}.deb`;
}

function controlFiles(release: Release, files: readonly PackageFile[]): PackageFile[] {
  const script = (name: string): PackageFile => ({
    path: `DEBIAN/${name}`,
    content: readFileSync(inRoot('packaging/debian', name)),
    executable: name !== 'triggers',
  });
  const sums = files.map(({ path, content }) => `${md5(content)}  ${path}\n`).sort();
  return [
    { path: 'DEBIAN/control', content: control(release, files) },
    { path: 'DEBIAN/md5sums', content: sums.join('') },
    ...['postinst', 'postrm', 'triggers'].map(script),
  ];
}

function control(release: Release, files: readonly PackageFile[]): string {
  return `Package: tsrun
Version: ${debianVersion(release)}
Architecture: ${ARCHITECTURE[release.arch]}
Maintainer: ${maintainer()}
Installed-Size: ${files.reduce((sum, { content }) => sum + Math.ceil(bytes(content).length / 1024), 0)}
Recommends: ${RECOMMENDS}
Section: admin
Priority: optional
Description: OCI container runtime, for root and for ordinary users
 tsrun runs containers from bundles of the OCI runtime specification. It takes
 the command line of runc, for podman, buildah, Docker and containerd, and can
 put a container on an overlay of its own, so that its root file system stays
 as it was.
 .
 The set-up of a container can be printed, system call by system call, without
 being carried out; errors say what to do.
`;
}

function documentation(release: Release): PackageFile[] {
  const date = new Date(release.epoch * 1000).toUTCString().replace('GMT', '+0000');
  const entry = `tsrun (${debianVersion(release)}) unstable; urgency=medium

  * Version ${release.version}: see changelog.gz.

 -- ${maintainer()}  ${date}
`;
  return [
    compressed('share/doc/tsrun/changelog.Debian', entry),
    {
      path: 'share/lintian/overrides/tsrun',
      content: readFileSync(inRoot('packaging/debian/lintian-overrides')),
    },
  ];
}

function debianVersion({ version }: Release): string {
  return `${version}-${REVISION}`;
}

/** As Debian's own tools have it, devscripts(1). */
function maintainer(): string {
  const { DEBFULLNAME = 'tsrun', DEBEMAIL = 'tsrun@packages.invalid' } = process.env;
  return `${DEBFULLNAME} <${DEBEMAIL}>`;
}

function md5(content: PackageFile['content']): string {
  return createHash('md5').update(bytes(content)).digest('hex');
}

function bytes(content: PackageFile['content']): Buffer {
  if (Buffer.isBuffer(content)) return content;
  return typeof content === 'string' ? Buffer.from(content) : readFileSync(content.copyOf);
}
