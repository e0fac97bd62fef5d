/** Runs the probe in the container of one runtime, and compares what two of them showed. */
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from './execute.ts';
import { type AcceptedDifference, acceptedDifferences } from './probe-differences.ts';
import { hostNamespaces, type Report, readReport } from './probe-report.ts';
import { probeScript } from './probe-script.ts';
import type { Oracle, Runtime, Variant } from './probe-variants.ts';
import type { Rig } from './rig.ts';

/** Detached, so that the process has the caller's streams: in the foreground runc puts pipes between. */
export async function probe(
  rig: Rig,
  runtime: Runtime,
  variant: Variant,
  neighbour: number,
): Promise<Report> {
  const id = rig.id();
  const script = probeScript(variant.output);
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = variant.exec ? ['/bin/sleep', '600'] : ['/bin/sh', '-c', script];
    },
    finish: (config, made) => variant.config?.(config, { bundle: made, runtime, neighbour }),
  });
  chmodSync(bundle.path, 0o755);
  variant.prepare?.({ bundle, runtime, neighbour });
  const result = await look(rig[runtime], variant, { id, bundle: bundle.path, script });
  if (result.code !== 0)
    throw new Error(`${runtime}: status ${result.code}: ${result.stderr}${result.stdout}`);
  const theirs = neighbour > 0 ? hostNamespaces(neighbour, "the neighbour's") : [];
  const namespaces = new Map([...theirs, ...hostNamespaces()]);
  const output = variant.output ? await written(join(bundle.rootfs, variant.output)) : result.stdout;
  return readReport(output, { bundle: bundle.path, id, namespaces });
}

/** Runs the script as the container's process, or beside it. */
async function look(
  runtime: Rig[Runtime],
  { exec, args = [], through = [] }: Variant,
  { id, bundle, script }: { id: string; bundle: string; script: string },
): Promise<Result> {
  const run = ['run', '--detach'];
  if (!exec) return runtime([...run, ...args, '--bundle', bundle, id], { through });
  // It keeps its streams while it sleeps.
  const silent = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>"$0"', `${bundle}/stderr`];
  const container = await runtime([...run, '--bundle', bundle, id], { through: silent });
  if (container.code !== 0) return { ...container, stderr: readFileSync(`${bundle}/stderr`, 'utf8') };
  const result = await runtime(['exec', '--detach', ...args, id, '/bin/sh', '-c', script], { through });
  // Without cgroups and without a pid namespace, crun's delete leaves the process.
  await runtime(['kill', id, 'KILL']);
  return result;
}

/** The process is nobody's child, and no stream of it ends: the file's last line tells that it is complete. */
async function written(path: string): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (text.endsWith('== end\n')) return text;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the probe has not written "${path}"`);
}

/** What remains when accepted differences are taken out, as text; `used` collects those that were found. */
export function compare(
  variant: string,
  oracle: Oracle,
  ours: Report,
  theirs: Report,
  used: Set<AcceptedDifference>,
): string[] {
  return [...ours.keys()].flatMap((section) => {
    const accepted = acceptedDifferences.filter(
      ({ against, sections, variants }) =>
        against.includes(oracle) && sections.includes(section) && (!variants || variants.test(variant)),
    );
    const keep = (side: 'tsrun' | 'other') => (line: string) => {
      const found = accepted.find((difference) => difference[side]?.test(line));
      if (found) used.add(found);
      return found === undefined;
    };
    const [mine, other] = withoutCommon(ours.get(section) ?? [], theirs.get(section) ?? []);
    return [
      ...mine.filter(keep('tsrun')).map((line) => `${section}, only tsrun: ${line}`),
      ...other.filter(keep('other')).map((line) => `${section}, only ${oracle}: ${line}`),
    ];
  });
}

/** As multisets: the order of lines is a matter of the sections that care. */
function withoutCommon(ours: readonly string[], theirs: readonly string[]): [string[], string[]] {
  const rest = [...theirs];
  const mine = ours.filter((line) => {
    const index = rest.indexOf(line);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
  return [mine, rest];
}
