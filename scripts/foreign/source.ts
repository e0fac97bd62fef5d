/**
 * runc's source package from Debian, with its helper programs built: in `.cache/`, so that it is fetched once.
 *
 * The helpers (recvtty, seccompagent) are Go programs. Debian's Go and the libraries they use are unpacked beside the
 * source and deleted after the build: installing them would upgrade systemd's libraries on many machines.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { command } from '../build/command.ts';
import { inRoot } from '../build/paths.ts';
import { type Apt, privateApt } from '../build/private-apt.ts';

export interface Source {
  /** Debian's version of the package. */
  readonly version: string;
  readonly directory: string;
}

const name = 'runc';
const importPath = 'github.com/opencontainers/runc';

/** The libraries of Debian 12 that the helpers import. */
const libraries = [
  'containerd-console',
  'cpuguy83-go-md2man-v2',
  'cyphar-filepath-securejoin',
  'opencontainers-specs',
  'pkg-errors',
  'russross-blackfriday-v2',
  'seccomp-libseccomp-golang',
  'shurcool-sanitized-anchor-name',
  'sirupsen-logrus',
  'urfave-cli',
].map((library) => `golang-github-${library}-dev`);

const toolchain = ['golang-1.19-go', 'golang-1.19-src', 'golang-golang-x-sys-dev'];

/** Fetches and builds where that has not been done. @throws where the sources of Debian 12 cannot be reached */
export function fetchSource(): Source {
  const kept = inRoot('.cache', 'runc-suite');
  if (!existsSync(kept)) {
    const made = inRoot('.cache', `runc-suite-${process.pid}`);
    try {
      console.log("fetching runc's source and building its helpers …");
      make(made);
      renameSync(made, kept);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }
  const directory = join(kept, name);
  return { version: versionOf(directory), directory };
}

function make(directory: string): void {
  const scratch = join(directory, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const apt = privateApt(join(scratch, 'apt'));
  apt.get(scratch, 'source', name);
  const unpacked = readdirSync(scratch).find((entry) => existsSync(join(scratch, entry, 'debian/changelog')));
  if (unpacked === undefined) throw new Error('the source package of runc was not unpacked');
  renameSync(join(scratch, unpacked), join(directory, name));
  buildHelpers(apt, join(directory, name), scratch);
  rmSync(scratch, { recursive: true });
}

function buildHelpers(apt: Apt, source: string, scratch: string): void {
  const packages = join(scratch, 'packages');
  const go = join(scratch, 'go');
  mkdirSync(packages);
  apt.get(packages, 'download', ...toolchain, ...libraries);
  for (const file of readdirSync(packages))
    command('dpkg-deb', ['--extract', join(packages, file), go], scratch);
  const path = join(go, 'usr/share/gocode');
  const place = join(path, 'src', importPath);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(source, place);
  for (const helper of ['recvtty', 'seccompagent']) {
    const folder = join('contrib/cmd', helper);
    const args = ['build', '-tags', 'seccomp', '-o', join(source, folder, helper), `${importPath}/${folder}`];
    command(join(go, 'usr/lib/go-1.19/bin/go'), args, scratch, {
      PATH: process.env.PATH,
      HOME: scratch,
      GOPATH: path,
      GOCACHE: join(scratch, 'build'),
      GO111MODULE: 'off',
      GOFLAGS: '-trimpath',
    });
  }
}

function versionOf(directory: string): string {
  const changelog = readFileSync(join(directory, 'debian/changelog'), 'utf8');
  return /^\S+ \(([^)]+)\)/.exec(changelog)?.[1] ?? 'unknown';
}
