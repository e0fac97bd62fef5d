/** What a container's process does to be taken for one that has ended, so that it is forgotten and runs on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileLeaderless, mainThreadHasEnded, runsOn } from '../../setup/leaderless.ts';
import { type Attack, must } from '../attack.ts';
import type { Target } from '../target.ts';

/** Its main thread has ended, which /proc calls a zombie; another one runs on. */
async function startLeaderless({ bundle, command, rig }: Target) {
  const { path, rootfs } = bundle(({ process }) => {
    process.args = ['/bin/leaderless'];
  });
  compileLeaderless(join(rootfs, 'bin/leaderless'));
  const id = rig.id();
  const pidFile = join(path, 'pid');
  const silent = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
  await command(['run', '--detach', '--pid-file', pidFile, '--bundle', path, id], { through: silent });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  while (!mainThreadHasEnded(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  return { id, pid };
}

export const liveness: readonly Attack[] = [
  {
    claim: 'delete does not forget a process whose main thread has ended',
    needs: ['busybox', 'gcc'],
    run: async (target) => {
      const { id, pid } = await startLeaderless(target);
      const { code, stderr } = await target.command(['delete', id]);
      const left = runsOn(pid);
      if (left && code === 0) process.kill(pid, 'SIGKILL');
      must(!left || code !== 0, 'it runs on, and the container is gone');
      return stderr.trim() || 'killed';
    },
  },
  {
    claim: 'delete --force ends a process whose main thread has ended',
    needs: ['busybox', 'gcc'],
    run: async (target) => {
      const { id, pid } = await startLeaderless(target);
      await target.command(['delete', '--force', id]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const left = runsOn(pid);
      if (left) process.kill(pid, 'SIGKILL');
      must(!left, 'it runs on');
      return 'killed';
    },
  },
];
