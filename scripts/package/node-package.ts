/**
 * The package for Node: the program for the Node that is there, and a library. It is packed by npm, and gets koffi's
 * native part from npm; the addon of one page is in it for both architectures.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addonBytes } from '../../src/kernel/addon/bytes.ts';
import { currentCommit } from '../build/build.ts';
import { command } from '../build/command.ts';
import { nodeBundle } from '../build/node.ts';
import { inRoot } from '../build/paths.ts';
import { declarations } from './declarations.ts';
import { type PackageFile, writeFiles } from './files.ts';
import { nodeNotices } from './notices.ts';
import type { Release } from './release.ts';

/** @returns the name of the archive, in `parent` */
export async function nodePackage(parent: string, release: Release): Promise<string> {
  const staging = join(parent, 'node.staging');
  writeFiles(staging, await files(), release.epoch);
  command(
    'npm',
    ['pack', '--silent', '--offline', '--ignore-scripts', `--pack-destination=${parent}`],
    staging,
  );
  rmSync(staging, { recursive: true });
  return `tsrun-${release.version}.tgz`;
}

async function files(): Promise<PackageFile[]> {
  const text = (path: string) => ({ path, content: readFileSync(inRoot(path), 'utf8') });
  const entries = { main: inRoot('src/cli/main.ts'), tsrun: inRoot('src/library/tsrun.ts') };
  const bundle = await nodeBundle(entries, currentCommit());
  return [
    { path: 'package.json', content: `${JSON.stringify(manifest(), null, 2)}\n` },
    {
      path: 'bin/tsrun.cjs',
      content: "#!/usr/bin/env node\nrequire('../lib/main.cjs');\n",
      executable: true,
    },
    ...bundle.map(({ name, code }) => ({ path: `lib/${name}`, content: code })),
    { path: 'lib/tsrun.d.ts', content: declarations() },
    ...Object.entries(addonBytes).map(([arch, bytes]) => ({
      path: `engine/${arch}/syscall.node`,
      content: Buffer.from(bytes, 'base64'),
    })),
    { path: 'THIRD-PARTY-LICENSES', content: nodeNotices() },
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
    bin: { tsrun: 'bin/tsrun.cjs' },
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
