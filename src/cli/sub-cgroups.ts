/** `exec --cgroup PATH`, or `CONTROLLER[,CONTROLLER…]:PATH` any number of times: runc's rules. */
import { RuntimeError } from '../errors/runtime-error.ts';

/** The path by controller; by the empty name where it is the path in every hierarchy. */
export type SubCgroups = ReadonlyMap<string, string>;

/** @throws RuntimeError `usage` */
export function parseSubCgroups(texts: readonly string[]): SubCgroups {
  const paths = new Map<string, string>();
  for (const text of texts) {
    const colon = text.indexOf(':');
    if (colon < 0 && texts.length > 1) throw invalid(text, 'missing <controller>: prefix');
    const path = text.slice(colon + 1);
    if (path.split('/').includes('..')) throw invalid(text, `${path} is not a sub cgroup path`);
    for (const controller of colon < 0 ? [''] : text.slice(0, colon).split(',')) {
      if (colon >= 0 && controller === '') throw invalid(text, 'empty <controller> prefix');
      if (paths.has(controller)) throw invalid(text, `controller ${controller} specified multiple times`);
      paths.set(controller, path);
    }
  }
  return paths;
}

function invalid(text: string, what: string): RuntimeError {
  return new RuntimeError('usage', `invalid --cgroup argument "${text}": ${what}`, {
    hint: "write a path below the container's cgroup, and on version 1 the controllers before it: cpu,memory:web",
  });
}
