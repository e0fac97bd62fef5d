/**
 * koffi, and the functions of C libraries that Node calls with it. Its JavaScript wrapper takes several milliseconds to
 * load, the platform's `.node` file alone about one.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RuntimeError } from '../../errors/runtime-error.ts';

type NativeFunction = ((...args: readonly unknown[]) => number) & {
  async(...args: readonly unknown[]): void;
};

type Library = { func(definition: string): NativeFunction };

interface Koffi {
  load(path: string): Library;
  errno(): number;
}

let loaded: Koffi | undefined;

/** The native module beside the bundle; in a checkout, the package's. */
function locateNative(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const pack = `node_modules/@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`;
  // In the package for Node, npm puts it beside that package or into it.
  const packs = ['../../../', '../../', '../', ''].map((folder) => join(here, folder, pack));
  const beside = [join(dirname(process.execPath), 'koffi.node'), join(here, '../engine/koffi.node')];
  const candidates = [...beside, ...packs];
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

const functions = new Map<string, NativeFunction>();
const libraries = new Map<string, Library>();
let libc: Library | undefined;

/** errno(3) of the last function that was called. */
export function errno(): number {
  return koffi().errno();
}

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
 * @throws Error if the library, or the function in it, does not exist
 */
export function libraryFunction(name: string, declaration: string): NativeFunction {
  let library = libraries.get(name);
  if (!library) {
    library = koffi().load(name);
    libraries.set(name, library);
  }
  return library.func(declaration);
}
