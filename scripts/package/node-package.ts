/**
 * The package for Node: the executables, with a command that executes the right one; the program for Node, for where
 * none can be executed; and a library. It is packed by npm, and gets koffi's native part from npm.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { currentCommit } from '../build/build.ts';
import { command } from '../build/command.ts';
import { nodeBundle } from '../build/node.ts';
import { nodeFlags } from '../build/node-command.ts';
import { type Arch, inRoot } from '../build/paths.ts';
import { packagesIn } from './components.ts';
import { declarations } from './declarations.ts';
import { type PackageFile, writeFiles } from './files.ts';
import { lesserLicence, nodeNotices } from './notices.ts';
import type { Release } from './release.ts';

export type Executables = Readonly<Partial<Record<Arch, string>>>;

/**
 * A shell takes a twentieth of the time that Node does, and hands on descriptors, limits and signals as they are.
 *
 * `NODE_OPTIONS` is the caller's for other programs: Node would obey it.
 */
const script = `#!/bin/sh
self=$(readlink -f "$0") || exit 1
package=\${self%/bin/*}
case $(uname -m) in
x86_64) executable=$package/executables/tsrun-x64 ;;
aarch64) executable=$package/executables/tsrun-arm64 ;;
*) executable= ;;
esac
[ ! -x "$executable" ] || exec "$executable" "$@"
unset NODE_OPTIONS
exec node ${nodeFlags} "$package/lib/main.cjs" "$@"
`;

/**
 * @param executables their paths
 * @returns the name of the archive, in `parent`
 */
export async function nodePackage(
  parent: string,
  release: Release,
  executables: Executables,
): Promise<string> {
  const staging = join(parent, 'node.staging');
  writeFiles(staging, await files(executables), release.epoch);
  command(
    'npm',
    ['pack', '--silent', '--offline', '--ignore-scripts', `--pack-destination=${parent}`],
    staging,
  );
  rmSync(staging, { recursive: true });
  return `tsrun-${release.version}.tgz`;
}

async function files(executables: Executables): Promise<PackageFile[]> {
  const text = (path: string) => ({ path, content: readFileSync(inRoot(path), 'utf8') });
  const entries = { main: inRoot('src/cli/start-node.ts'), tsrun: inRoot('src/library/tsrun.ts') };
  const bundle = await nodeBundle(entries, currentCommit());
  const notices = nodeNotices(Object.keys(executables) as Arch[], packagesIn(bundle.metafile));
  return [
    { path: 'package.json', content: `${JSON.stringify(manifest(), null, 2)}\n` },
    { path: 'bin/tsrun', content: script, executable: true },
    ...Object.entries(executables).map(([arch, path]) => ({
      path: `executables/tsrun-${arch}`,
      content: { copyOf: path },
      executable: true,
    })),
    ...bundle.files.map(({ name, code }) => ({ path: `lib/${name}`, content: code })),
    { path: 'lib/tsrun.d.ts', content: declarations() },
    { path: 'THIRD-PARTY-LICENSES', content: notices },
    { path: 'LGPL-2.1.txt', content: lesserLicence() },
    { path: 'README.md', content: readFileSync(inRoot('packaging/node/README.md'), 'utf8') },
    ...['LICENSE', 'CHANGELOG.md'].map(text),
  ];
}

function manifest(): unknown {
  const { name, version, description, license, optionalDependencies } = JSON.parse(
    readFileSync(inRoot('package.json'), 'utf8'),
  );
  const native = Object.entries(optionalDependencies).filter(([id]) => id.startsWith('@koromix/koffi-'));
  return {
    name,
    version,
    description,
    license,
    type: 'commonjs',
    bin: { tsrun: 'bin/tsrun' },
    exports: {
      '.': { types: './lib/tsrun.d.ts', default: './lib/tsrun.cjs' },
      './package.json': './package.json',
    },
    engines: { node: '>=22' },
    os: ['linux'],
    cpu: ['x64', 'arm64'],
    libc: ['glibc'],
    optionalDependencies: Object.fromEntries(native),
  };
}
