/** What tests of the systemd manager have in common: rigs whose commands run beside a systemd, and its answers. */
import { spawnSync } from 'node:child_process';
import { expect, type TestContext } from 'vitest';
import { baseConfig, type LooseConfig } from './base-config.ts';
import { execute, type Result } from './execute.ts';
import { need } from './needs.ts';
import { detached } from './probe-container.ts';
import { type Bundle, makeRig, type Rig } from './rig.ts';
import { type FoundSystemd, needSystemd, needWay, type Systemd } from './systemd-host.ts';

export type As = 'asRoot' | 'asUser' | 'asLogin';

export interface SystemdRig extends AsyncDisposable {
  readonly rig: Rig;
  readonly as: As;
  /** The program under test, where this user finds it. */
  readonly program: string;
  /** A sleeping container's, unless it is changed. */
  bundle(change?: (config: LooseConfig) => void): Bundle;
  /** Runs tsrun with the option that is tested. */
  tsrun(...args: string[]): Promise<Result>;
  /** The same for a container that lives on. @returns its id, and what was written */
  start(bundle: Bundle, command?: 'run' | 'create', ...options: string[]): Promise<Started>;
  /** Runs another command there, as the same user. */
  run(...command: string[]): Promise<Result>;
  systemctl(...args: string[]): Promise<string>;
  property(unit: string, name: string): Promise<string>;
  /** What systemd and the hierarchy still have of a container: nothing, once it is deleted. */
  left(id: string): Promise<string[]>;
}

export interface Started {
  readonly id: string;
  readonly unit: string;
  readonly result: Result;
}

export function systemdRig(
  context: TestContext,
  found: FoundSystemd,
  as: As,
  prefix: readonly string[] = [],
): SystemdRig {
  need(context, 'busybox');
  const systemd = needSystemd(context, found);
  const way = [...needWay(context, systemd[as]), ...prefix];
  const rig = makeRig([...way, systemd.program]);
  const ids = as === 'asRoot' ? { uid: 0, gid: 0 } : (systemd as Required<Systemd>).user;
  if (!ids) throw new Error('there is no user');
  const option = '--systemd-cgroup';
  const run = (...command: string[]) => {
    const [first = '', ...rest] = [...way, ...command];
    return execute(first, rest);
  };
  const systemctl = async (...args: string[]) => {
    const whose = as === 'asRoot' ? [] : ['--user'];
    return (await run('systemctl', ...whose, ...args)).stdout.trim();
  };
  const property = (unit: string, name: string) => systemctl('show', '--value', '--property', name, unit);
  return {
    rig,
    as,
    program: systemd.program,
    run,
    systemctl,
    property,
    tsrun: (...args) => rig.tsrun([option, ...args]),
    bundle(change) {
      const config = (one: LooseConfig) => {
        Object.assign(one, baseConfig(ids.uid, ids.gid));
        one.process.args = ['sleep', '600'];
        change?.(one);
      };
      const made = rig.bundle({ config, applets: ['sh', 'sleep', 'cat', 'true'] });
      own(rig.path, ids);
      return made;
    },
    async start(bundle, command = 'run', ...options) {
      const id = rig.id();
      const begin = command === 'run' ? ['run', '--detach'] : ['create'];
      const result = await detached(rig, [option, ...begin, ...options, '--bundle', bundle.path, id]);
      return { id, unit: `tsrun-${id}.scope`, result };
    },
    async left(id) {
      const units = await systemctl('list-units', '--all', '--no-legend', '--plain', `*${id}*`);
      const { stdout } = await run('find', '/sys/fs/cgroup', '-name', `*${id}.*`);
      return [...units.split('\n'), ...stdout.split('\n')].filter((line) => line !== '');
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

/** The user has to find everything, and to be able to make the state directory. */
function own(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() !== 0) return;
  expect(spawnSync('chown', ['-R', `${uid}:${gid}`, path]).status).toBe(0);
}

/** Where the version 2 hierarchy has no memory controller, no limits can be had. */
export async function needControllers(context: TestContext, { run }: Pick<SystemdRig, 'run'>): Promise<void> {
  const { stdout } = await run('cat', '/sys/fs/cgroup/cgroup.controllers');
  context.skip(!stdout.includes('memory'), 'needs version 2 with the memory controller');
}

/** Lines of systemctl(1), sorted. */
export async function show(own: SystemdRig, unit: string, which: readonly string[]): Promise<string[]> {
  const lines = await own.systemctl('show', ...which.map((name) => `--property=${name}`), unit);
  return lines.split('\n').sort();
}

/** The devices that systemd was told of: runc sorts them otherwise, and has names of drivers. */
export async function devicesOf(own: SystemdRig, unit: string): Promise<string[]> {
  const list = await own.systemctl('show', '--property=DeviceAllow', unit);
  return list.replace('char-136 ', 'char-pts ').split('\n').sort();
}

/** Has runc run the same bundle. */
export async function besideRunc(
  own: SystemdRig,
  path: string,
  look: (unit: string) => Promise<void>,
): Promise<void> {
  const id = `${own.rig.id()}-runc`;
  const root = `${own.rig.path}/runc`;
  const log = `${own.rig.path}/runc.log`;
  const line = (...args: string[]) => ['runc', '--log', log, '--root', root, '--systemd-cgroup', ...args];
  const detached = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
  try {
    const result = await own.run(...detached, ...line('run', '--detach', '--bundle', path, id));
    if (result.code !== 0) throw new Error((await execute('cat', [log])).stdout);
    await look(`runc-${id}.scope`);
  } finally {
    await own.run(...line('delete', '--force', id));
  }
}
