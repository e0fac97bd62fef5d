/** The cgroup as a whole: stopped, ended, changed while it is in use. */
import { readFileSync } from 'node:fs';
import type { LooseConfig } from '../../setup/base-config.ts';
import { must, NotInForce, type Proof } from '../proof.ts';
import { put } from '../subject.ts';
import { pause, until } from '../until.ts';
import { getsNoMoreThan } from './cpu.ts';
import { ended, MiB, taking } from './memory.ts';
import { boundedForkBomb, stopsAt } from './pids.ts';

const LOOP = 'while [ ! -e /share/enough ]; do :; done';

function withoutPidNamespace(config: LooseConfig): void {
  config.linux.namespaces = config.linux.namespaces.filter(({ type }: LooseConfig) => type !== 'pid');
  // A user namespace may show the processes of its own pid namespaces alone.
  config.mounts = config.mounts.map((mount: LooseConfig) =>
    mount.type === 'proc' ? { ...mount, type: 'none', source: '/proc', options: ['rbind'] } : mount,
  );
}

export const whole: readonly Proof[] = [
  {
    claim: 'pause: a counter stands still; resume: it goes on',
    script: 'while :; do echo >>/share/count; usleep 5000; done',
    shows: async (container) => {
      const count = () => length(`${container.share}/count`);
      await until(() => count() > 3);
      await container.command('pause');
      const before = count();
      await pause(300);
      const [after, { stdout }] = [count(), await container.command('state')];
      must(after === before, `from ${before} to ${after} while it is paused`);
      must(JSON.parse(stdout).status === 'paused', stdout);
      await container.command('resume');
      await until(() => count() > after).catch(() => {
        throw new NotInForce('it does not go on');
      });
      return `${before} for 300 ms`;
    },
  },
  {
    claim: 'delete --force: every process ends, without a PID namespace too, and the cgroup is gone',
    config: withoutPidNamespace,
    script: 'for i in 1 2 3 4 5; do setsid sleep 600 & done; echo $! >/share/last; exec sleep 600',
    shows: async (container, { host }) => {
      await until(() => lines(`${container.share}/last`).length > 0);
      const directory = host.directory(container.pid, 'pids');
      const processes = await until(() => {
        const pids = lines(`${directory}/cgroup.procs`).map(Number);
        return pids.length === 6 && pids;
      });
      await container.command('delete', '--force');
      await until(() => processes.every(ended)).catch(() => {
        throw new NotInForce(`${processes.filter((pid) => !ended(pid)).length} go on`);
      });
      await until(() => lines(`${directory}/cgroup.procs`).length === 0);
      return `${processes.length} processes ended`;
    },
  },
  {
    claim: 'update: memory, processes and CPU time of a running container',
    script: `(${LOOP}) & ${LOOP}; exec sleep 600`,
    shows: async (container, { host }) => {
      await container.command(
        'update',
        ...['--memory', `${8 * MiB}`, '--memory-swap', `${8 * MiB}`, '--pids-limit', '10'],
        ...['--cpu-period', '50000', '--cpu-quota', '10000'],
      );
      const seen = [await getsNoMoreThan(container, host, 0.2)];
      put(container, 'enough', '');
      const { code } = await container.exec(`exec ${taking(24)}`);
      must(code === 137, `24 MiB: ${code}`);
      seen.push(`24 MiB: exit ${code}`);
      await container.exec(boundedForkBomb);
      return [...seen, await stopsAt(container, 10)].join('; ');
    },
  },
];

function lines(file: string): string[] {
  return written(file).split('\n').filter(Boolean);
}

function length(file: string): number {
  return written(file).length;
}

/** Nothing as long as there is no such file. */
function written(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
