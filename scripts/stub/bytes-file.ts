/** The TypeScript file that holds the stub's bytes, and the versions of the tools that made them. */
import { readFileSync } from 'node:fs';
import { type Arch, inRoot } from '../build/paths.ts';
import { compileStub, toolVersions } from './compiler.ts';

export const bytesFile = 'src/init/stub-bytes.ts';

/** The contents of the file, compiled anew. */
export function renderBytes(): string {
  return [
    '/** The init stub for each architecture, a complete ELF file: src/native/stub.c, compiled by `npm run stub`; base64. */\n',
    "export const stubBytes: Readonly<Record<'x64' | 'arm64', string>> = {\n",
    renderEntry('x64'),
    renderEntry('arm64'),
    '};\n',
  ].join('');
}

/** @returns whether this machine's tools are those that made the bytes: other versions may make others */
export function madeByThisMachinesTools(arch: Arch): boolean {
  return readFileSync(inRoot(bytesFile), 'utf8').includes(renderVersions(arch));
}

function renderEntry(arch: Arch): string {
  const lines =
    compileStub(arch)
      .toString('base64')
      .match(/.{1,96}/g) ?? [];
  const literals = lines.map((line) => `    '${line}',\n`);
  return `${renderVersions(arch)}  ${arch}: [\n${literals.join('')}  ].join(''),\n`;
}

function renderVersions(arch: Arch): string {
  return `  // ${toolVersions(arch)}\n`;
}
