/** The programs written in assembly, and the TypeScript files that hold their bytes. */
import { existsSync } from 'node:fs';
import type { Arch } from '../build/paths.ts';
import { inRoot } from '../build/paths.ts';
import { assemble } from './binutils.ts';

export interface Program {
  readonly folder: string;
  /** Name of the exported constant. */
  readonly constant: string;
  /** What the constant's comment says. */
  readonly meaning: string;
  /** The generated file. */
  readonly bytes: string;
}

export const programs: readonly Program[] = [
  {
    folder: 'src/launcher',
    constant: 'launcherBytes',
    meaning: 'The launcher without its table: scripts/build/launcher.ts adds it.',
    bytes: 'src/launcher/bytes.ts',
  },
  {
    folder: 'src/kernel/addon',
    constant: 'addonBytes',
    meaning: 'The system call addon: a complete shared object, which the build makes a file of.',
    bytes: 'src/kernel/addon/bytes.ts',
  },
];

const sources: Readonly<Record<Arch, string>> = { x64: 'x86-64.S', arm64: 'aarch64.S' };

/** The assembly source of a program for an architecture, relative to the clone. */
export function sourceOf(program: Program, arch: Arch): string {
  return `${program.folder}/${sources[arch]}`;
}

/** The contents of the generated file. */
export function render(program: Program): string {
  const entry = (arch: Arch) => `  ${arch}: [\n${lines(bytesOf(program, arch))}\n  ].join(''),\n`;
  return [
    `/** ${program.meaning} Made from *.S in this folder by \`npm run assemble\`; base64. */\n`,
    `export const ${program.constant}: Readonly<Record<'x64' | 'arm64', string>> = {\n`,
    entry('x64'),
    entry('arm64'),
    '};\n',
  ].join('');
}

function bytesOf(program: Program, arch: Arch): Buffer {
  const source = inRoot(sourceOf(program, arch));
  return existsSync(source) ? assemble(source, arch) : Buffer.alloc(0);
}

function lines(bytes: Buffer): string {
  const chunks = bytes.toString('base64').match(/.{1,96}/g) ?? [''];
  return chunks.map((chunk) => `    '${chunk}',`).join('\n');
}
