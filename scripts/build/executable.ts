/**
 * The executable: a static program of C (src/native/) that holds QuickJS and, as a segment of its own, a heap in which
 * the whole program has been evaluated.
 *
 *   script → bytecode            by `compile`, a program of the build
 *   bytecode → heap              by the executable itself, while its heap is still empty
 *   the same objects + heap      linked once more: nothing but the heap differs
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerFor } from './compiler.ts';
import { quickjsVersion, staticLibraries } from './debian-libraries.ts';
import { definitions } from './definitions.ts';
import { NativeBuild } from './native-build.ts';
import { type Arch, dist } from './paths.ts';
import { scriptFor } from './script.ts';
import { released, type Variant } from './variants.ts';

const entry = 'src/cli/start-executable.ts';

/** As in src/native/heap.c: PREPARED_LIMIT. */
const heapLimit = '64 << 20';

/**
 * C in place of the heap, as long as that is being made: memory of its largest size, so that what the C library
 * allocates begins behind it.
 */
const roomForHeap = `char room[${heapLimit}];\n`;

/** What the executable was made of, as a metafile of esbuild's format. */
export const inputsFile = join(dist, 'inputs.json');

/**
 * Commands that write to the parts of the heap that all others write to, and do the same on every machine and for every
 * user (`features` and `spec`, for example, do not).
 */
const rehearsed = [
  '--version',
  '--help',
  ...['state', 'start', 'delete', 'kill', 'ps', 'pause', 'resume', 'events', 'update', 'exec'].map(
    (name) => `--root nowhere ${name} container`,
  ),
  '--root nowhere list',
];

export interface Making {
  readonly arch: Arch;
  readonly commit: string;
  /** What starts the program, if it is not tsrun. */
  readonly entry?: string;
  readonly variant?: Variant;
}

/** @throws CannotBuild if a compiler, an emulator or a library is missing */
export async function makeExecutable(target: string, making: Making): Promise<void> {
  const { arch, commit, variant = released } = making;
  const build = new NativeBuild(`${target}.making`, variant, compilerFor(arch), staticLibraries(arch));
  const { text, metafile } = await scriptFor(making.entry ?? entry, {
    ...(await definitions(commit)),
    TSRUN_QUICKJS: quickjsVersion,
    TSRUN_ARCHITECTURE: arch,
  });
  if (making.entry === undefined) writeFileSync(inputsFile, JSON.stringify(metafile));
  build.write('script.js', text);
  build.compileObjects();
  build.write('room.c', roomForHeap);
  build.makeRoom('room.c', 'room.o');
  build.link('without-heap', 'room.o');
  build.run('compile', 'script.js', 'bytecode');
  const commands = rehearsed.flatMap((command) => [...command.split(' '), ';']);
  build.run('without-heap', 'bytecode', 'heap', ...commands);
  build.makeObject('heap', 'heap.o');
  build.link('tsrun', 'heap.o');
  build.finish('tsrun', target);
}
