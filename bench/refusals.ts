/** Why cells have no time: what runtimes said when a command failed. */
import type { Results } from './results.ts';
import { runtimeNames } from './runtime-names.ts';
import { scopeNames } from './scenarios.ts';

/** One line for each scope and message, with the commands of each runtime that it concerns. */
export function refusals({ scopes }: Results): string[] {
  return scopeNames.flatMap((scope) => {
    const concerned = new Map<string, Map<string, string[]>>();
    for (const name of runtimeNames) {
      for (const [task, error] of Object.entries(scopes[scope]?.[name]?.errors ?? {})) {
        const runtimes = concerned.get(plain(error)) ?? new Map<string, string[]>();
        runtimes.set(name, [...(runtimes.get(name) ?? []), task]);
        concerned.set(plain(error), runtimes);
      }
    }
    return [...concerned].map(([error, runtimes]) => `${scope}: ${listed(runtimes)}: ${error}`);
  });
}

function listed(runtimes: ReadonlyMap<string, readonly string[]>): string {
  return [...runtimes].map(([name, tasks]) => `${name} (${tasks.join(', ')})`).join(', ');
}

/** Without colours, times, ids and paths that differ each time. */
function plain(error: string): string {
  return error
    .replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z: /, '')
    .replace(/time="[^"]*" level=\w+ msg=/, '')
    .replaceAll(/(service|bench)-\d+(-\w+)?/g, '$1')
    .replaceAll(/[^\s'"`]*\/tsrun-bench-\w+/g, '…')
    .replaceAll(/\bcrunof\w+\//g, 'crun/');
}
