/** The command line of `npm run test:vm`. */
import { parseArgs } from 'node:util';
import type { Account } from './port.ts';

export type JsRuntime = 'quickjs' | 'node';
export type Manager = 'cgroupfs' | 'systemd';

export interface Options {
  readonly accounts: readonly Account[];
  readonly jsRuntimes: readonly JsRuntime[] | undefined;
  readonly manager: Manager | undefined;
  /** Parts of names of test files; empty: all. */
  readonly files: readonly string[];
  /** A command to run in the place of the tests. */
  readonly command: readonly string[] | undefined;
  readonly shell: boolean;
  readonly keep: boolean;
  readonly stop: boolean;
}

export const usage = `usage: npm run test:vm -- [--as root|user|all] [--js-runtime quickjs|node|all] [--cgroup-manager NAME] [FILE…]
       npm run test:vm -- [--as root|user] [--keep] --shell
       npm run test:vm -- [--as root|user] [--keep] -- COMMAND…
  --as      who runs the tests or the command in the guest; default: all, and root for a command
  --js-runtime
            what tsrun runs on; default: QuickJS for everything, Node for what has to do with cgroups
  --cgroup-manager
            cgroupfs or systemd; default: cgroupfs for everything, systemd for what has to do with cgroups
  FILE      only test files with this in their names
  --shell   a shell in the guest
  --keep    leave the guest running: later calls use it, with the clone as it was when it started
  --stop    end a guest that was kept
  COMMAND   run in the guest's copy of the clone; one argument is a line for the shell`;

/** @throws TypeError for what is not understood */
export function readOptions(args: readonly string[]): Options {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const command = separator < 0 ? undefined : args.slice(separator + 1);
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      'js-runtime': { type: 'string' },
      'cgroup-manager': { type: 'string' },
      shell: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
    },
  });
  const { as, 'js-runtime': jsRuntime, 'cgroup-manager': manager, shell, keep, stop } = values;
  const one = shell || command !== undefined;
  return {
    accounts: chosen(as ?? (one ? 'root' : 'all'), ['root', 'user']),
    jsRuntimes: jsRuntime === undefined ? undefined : chosen(jsRuntime, ['quickjs', 'node']),
    manager: manager === undefined ? undefined : chosen(manager, ['cgroupfs', 'systemd'])[0],
    files: positionals,
    ...{ command, shell, keep, stop },
  };
}

function chosen<T extends string>(name: string, known: readonly T[]): readonly T[] {
  const found = known.filter((other) => name === other || name === 'all');
  if (found.length === 0) throw new TypeError(`unknown name "${name}"`);
  return found;
}
