/**
 * The program for the executable: one script without lazy parts. Every module is evaluated when the heap is made, so
 * modules that are imported dynamically, which esbuild would leave for later, are imported in front of the program.
 */
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { asJson, type Definitions } from './definitions.ts';
import { inRoot, root } from './paths.ts';
import { yargsForBrowsers } from './yargs-browser.ts';

export interface Script {
  readonly text: string;
  /** What is in it, by esbuild. */
  readonly metafile: Metafile;
}

export async function scriptFor(entry: string, definitions: Definitions): Promise<Script> {
  const common = {
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    outfile: 'tsrun.js',
    format: 'iife',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
    conditions: ['tsrun-executable'],
    // QuickJS has no `using`.
    target: 'es2022',
    minifyWhitespace: true,
    minifySyntax: true,
    // Identifiers stay: the heap has no place for a source map, and stacks are read by people.
    inject: [inRoot('src/kernel/js-runtime/prelude.ts')],
    define: asJson(definitions),
    plugins: [yargsForBrowsers],
    legalComments: 'none',
    logLevel: 'silent',
  } as const satisfies BuildOptions;
  const { metafile } = await build({ ...common, entryPoints: [entry] });
  const contents = [...lazyModules(metafile), entry].map((path) => `import ${JSON.stringify(inRoot(path))};`);
  const whole = await build({ ...common, stdin: { contents: contents.join('\n'), resolveDir: root } });
  return { text: whole.outputFiles[0]?.text ?? '', metafile: whole.metafile };
}

function lazyModules({ inputs }: Metafile): ReadonlySet<string> {
  const imports = Object.values(inputs).flatMap((input) => input.imports);
  return new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path));
}
