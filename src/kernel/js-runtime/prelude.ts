/** What QuickJS lacks and packages expect; evaluated before everything else. */

// Of `using`, which esbuild turns into code that asks for these.
for (const name of ['dispose', 'asyncDispose'])
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });

/** yargs measures the width of its help with it, which is ASCII. */
class Segmenter {
  segment(text: string): { readonly segment: string }[] {
    return [...text].map((segment) => ({ segment }));
  }
}

/** yargs would print to it by itself; the texts are asked of it. */
const console = { log() {}, error() {}, warn() {} };

Object.assign(globalThis, { Intl: { Segmenter }, console });
