/** What the build puts into every program in place of a name. */

export type Definitions = Readonly<Record<string, unknown>>;

/** To be called when the generated sources are there. */
export async function definitions(commit: string): Promise<Definitions> {
  const { renderAll } = await import('../../src/cli/help-text.ts');
  return { TSRUN_COMMIT: commit, TSRUN_HELP: await renderAll() };
}

/** As esbuild takes them. */
export function asJson(values: Definitions): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
}
