/** What a container's processes stop that they see beside them: the runtime must not wait for it without end. */
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import { type Attack, must } from '../attack.ts';
import { reason, type Target } from '../target.ts';

const ROUNDS = 3;

/** Everything but itself, in a loop: the shell does all of it by itself. */
const STOPPING =
  'cd /proc; while :; do for p in [0-9]*; do [ $p = 1 ] || kill -STOP $p; done; done 2>/dev/null';

async function stopping(target: Target): Promise<string> {
  return target.start(
    target.bundle(({ process }) => {
      process.args = ['sh', '-c', STOPPING];
    }),
  );
}

/** Standard streams of its own: those of a created container stay open. */
function silent(target: Target): readonly string[] {
  return ['sh', '-c', `exec "$@" </dev/null >>${join(target.rig.path, 'silent')} 2>&1`, 'sh'];
}

function outcome(codes: readonly (number | null)[]): string {
  return codes.every((code) => code === 0) ? 'faster than the attack' : 'an error after some seconds';
}

export const stoppers: readonly Attack[] = [
  {
    claim: 'a container that shares its pid namespace with another one cannot make "create" wait for ever',
    as: 'root',
    needs: ['busybox'],
    run: async (target) => {
      const id = await stopping(target);
      const { pid } = JSON.parse((await target.command(['state', id])).stdout) as { pid: number };
      const codes: (number | null)[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const bundle = target.bundle(({ linux }) => {
          const shared = linux.namespaces.find(({ type }: LooseConfig) => type === 'pid');
          shared.path = `/proc/${pid}/ns/pid`;
        });
        const created = target.rig.id();
        const args = ['create', '--bundle', bundle.path, created];
        const result = await target.command(args, { through: silent(target) });
        codes.push(result.code);
        const left = await target.command(['state', created]);
        must(result.code === 0 || left.code !== 0, `it failed, and left a container: ${reason(left)}`);
      }
      await target.command(['kill', id, 'KILL']);
      return outcome(codes);
    },
  },
  {
    claim: 'a process of the container cannot make "exec" wait for ever for what it starts',
    needs: ['busybox'],
    run: async (target) => {
      const id = await stopping(target);
      const codes: (number | null)[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const result = await target.command(['exec', '--detach', id, 'true'], { through: silent(target) });
        codes.push(result.code);
      }
      await target.command(['kill', id, 'KILL']);
      return outcome(codes);
    },
  },
];
