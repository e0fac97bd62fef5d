/**
 * Run by Bun: builds the program as scripts/build/bun.ts does, with every exported function and class of src/
 * wrapped (clock.ts). Arguments: entry, clock, output.
 */
const [entry, clock, outfile] = process.argv.slice(2);

const imports = `import { measured as tsrunMeasured, measuredClass as tsrunMeasuredClass } from ${JSON.stringify(clock)};`;

/** Function declarations may be assigned to in their own module, and importers see it. */
function instrument(source, name) {
  const added = [];
  for (const [, kind, id] of source.matchAll(/^export (?:async )?(function|class) (\w+)/gm)) {
    const label = JSON.stringify(`${name} ${id}`);
    added.push(
      kind === 'class' ? `tsrunMeasuredClass(${label}, ${id});` : `${id} = tsrunMeasured(${label}, ${id});`,
    );
  }
  return `${imports}\n${source}\n${added.join('\n')}\n`;
}

const plugin = {
  name: 'instrument',
  setup(build) {
    // Not what is called thousands of times: the clocks would cost more than that.
    build.onLoad({ filter: /\/src\/(?!kernel\/(memory|call|errno|constants)).*\.ts$/ }, async ({ path }) => {
      const text = await Bun.file(path).text();
      const name = path.slice(path.lastIndexOf('/src/') + 5);
      return { contents: instrument(text, name), loader: 'ts' };
    });
  },
};

const result = await Bun.build({
  entrypoints: [entry],
  plugins: [plugin],
  compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  bytecode: true,
  minify: true,
  format: 'esm',
  splitting: true,
  define: { TSRUN_COMMIT: '"profile"' },
});
if (!result.success) throw new AggregateError(result.logs);
