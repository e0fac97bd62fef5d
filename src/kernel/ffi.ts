/**
 * koffi, loaded without its JavaScript wrapper (that costs several milliseconds; the platform's `.node` file
 * alone about one), and the C library's functions that this process calls.
 *
 * This folder is the only one that knows koffi.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { architecture } from './architecture.ts';
import { existsSync } from './file-system.ts';
import { dirname, join } from './path.ts';

type NativeFunction = ((...args: readonly unknown[]) => number) & {
  async(...args: readonly unknown[]): void;
};

interface Koffi {
  load(path: string): { func(definition: string): NativeFunction };
}

let loaded: Koffi | undefined;

/** The native module beside the executable or the bundle; in a checkout, the package's. */
function locateNative(): string {
  const beside = join(dirname(process.execPath), 'koffi.node');
  if (existsSync(beside)) return beside;
  // Not fileURLToPath: loading node:url costs Bun 0.2 ms.
  const here = dirname(decodeURIComponent(new URL(import.meta.url).pathname));
  const pack = `node_modules/@koromix/koffi-linux-${architecture}/linux_${architecture}/koffi.node`;
  // In the package for Node, npm puts it beside that package or into it.
  const packs = ['../../', '../../../', '../'].map((folder) => join(here, folder, pack));
  const candidates = [join(here, '../engine/koffi.node'), ...packs];
  const found = candidates.find((path) => existsSync(path));
  if (!found)
    throw new RuntimeError('internal', 'cannot find koffi.node beside tsrun', {
      hint: 'install tsrun again, or in its sources run npm run build',
    });
  return found;
}

function koffi(): Koffi {
  if (!loaded) {
    const module = { exports: {} };
    process.dlopen(module, locateNative());
    loaded = module.exports as Koffi;
  }
  return loaded;
}

type Library = ReturnType<Koffi['load']>;

const functions = new Map<string, NativeFunction>();
const libraries = new Map<string, Library>();
let libc: Library | undefined;

/** A function of the C library, by its C declaration. */
export function libcFunction(declaration: string): NativeFunction {
  let found = functions.get(declaration);
  if (!found) {
    libc ??= koffi().load('libc.so.6');
    found = libc.func(declaration);
    functions.set(declaration, found);
  }
  return found;
}

/**
 * A function of another library.
 *
 * @param name a path, or a name for dlopen(3)
 * @throws Error where the library, or the function in it, is not to be had
 */
export function libraryFunction(name: string, declaration: string): NativeFunction {
  let library = libraries.get(name);
  if (!library) {
    library = koffi().load(name);
    libraries.set(name, library);
  }
  return library.func(declaration);
}
