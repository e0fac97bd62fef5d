/** What QuickJS lacks of what esbuild makes of `using`; evaluated before everything else. */
for (const name of ['dispose', 'asyncDispose'])
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });

export {};
