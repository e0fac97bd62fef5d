/**
 * The program for another processor than this machine's. Bun and koffi for it are packages that npm leaves out here:
 * they are fetched as the lockfile has them, and kept in `.cache/`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { currentCommit, entry } from '../build/build.ts';
import { bunPackages, bunPath, compile } from '../build/bun.ts';
import { command } from '../build/command.ts';
import { type Arch, dist, inRoot } from '../build/paths.ts';
import type { Built } from './contents.ts';

/** @throws where npm has no such packages, or others than the lockfile names */
export function buildFor(arch: Arch): Built {
  const bun = bunPath();
  if (bun === undefined)
    throw new Error('there is no Bun for this machine, which would build for another one');
  const engine = join(dist, `engine-${arch}/tsrun-bun`);
  mkdirSync(join(engine, '..'), { recursive: true });
  const other = { arch, bun: join(fetched(bunPackages[arch]), 'bin/bun') };
  compile({ bun, entry, commit: currentCommit(), target: engine, other });
  const koffi = join(fetched(`@koromix/koffi-linux-${arch}`), `linux_${arch}`, 'koffi.node');
  return { engine, koffi };
}

/** A package's folder. */
function fetched(name: string): string {
  const { version, integrity } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages[
    `node_modules/${name}`
  ];
  const kept = inRoot('.cache', `${name.replace('/', '-')}-${version}`);
  if (!existsSync(kept)) {
    const making = `${kept}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    command('npm', ['pack', '--silent', `--pack-destination=${making}`, `${name}@${version}`], making);
    const archive = join(making, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const [algorithm = '', sum] = integrity.split(/-(.*)/);
    if (createHash(algorithm).update(readFileSync(archive)).digest('base64') !== sum)
      throw new Error(`npm's ${name}@${version} is not the one in package-lock.json`);
    command('tar', ['-xf', archive], making);
    rmSync(archive);
    renameSync(making, kept);
  }
  return join(kept, 'package');
}
