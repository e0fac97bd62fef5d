/** What others do with a container that is created and not started. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import { type Attack, must } from '../attack.ts';
import type { Target } from '../target.ts';

/** CAP_KILL */
const GRANTED = 0x20n;

/** CAP_SYS_PTRACE, and what the neighbour is told from others by. */
const OWN = '0000000000080000';

/** The neighbour looks into every process that it sees beside its own: rights, and what it has open. */
const LOOK = `for p in /proc/[0-9]*; do grep -q "^CapPrm:.*${OWN}" $p/status && continue
  grep -E "^(Cap|NoNewPrivs|Seccomp:)" $p/status
  for l in $p/fd/*; do echo "open: $(readlink $l)"; done; done 2>/dev/null; true`;

function limited({ process, linux }: LooseConfig): void {
  process.args = ['sleep', '600'];
  const sets = ['CAP_KILL'];
  process.capabilities = { bounding: sets, effective: sets, permitted: sets };
  linux.seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['swapon'], action: 'SCMP_ACT_ERRNO' }],
  };
}

/** @returns its id */
async function createIn(target: Target, pid: string): Promise<string> {
  const bundle = target.bundle((config) => {
    limited(config);
    const namespaces = config.linux.namespaces.filter(({ type }: LooseConfig) => type !== 'pid');
    config.linux.namespaces = [...namespaces, { type: 'pid', path: `/proc/${pid}/ns/pid` }];
  });
  const id = target.rig.id();
  const errors = join(bundle.path, 'errors');
  const silent = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>"$0"', errors];
  const { code } = await target.command(['create', '--bundle', bundle.path, id], { through: silent });
  must(code === 0, `it cannot be created: ${readFileSync(errors, 'utf8')}`);
  return id;
}

export const created: readonly Attack[] = [
  {
    claim: 'a neighbour with CAP_SYS_PTRACE in the same pid namespace gets nothing from a created container',
    as: 'root',
    needs: ['busybox', 'libseccomp'],
    run: async (target) => {
      const neighbour = target.bundle(({ process }) => {
        process.args = ['sleep', '600'];
        const sets = ['CAP_SYS_PTRACE'];
        process.capabilities = { bounding: sets, effective: sets, permitted: sets };
      });
      const id = await target.start(neighbour);
      const { pid } = JSON.parse((await target.command(['state', id])).stdout);
      const victim = await createIn(target, pid);
      const look = ['exec', id, '/bin/sh', '-c', LOOK];
      const { stdout, stderr } = await target.command(look);
      await target.command(['delete', '--force', victim]);
      const lines = stdout.trimEnd().split('\n');
      must(lines.length > 5, `the created container is not seen: ${stdout}${stderr}`);
      for (const line of lines) mustBeHarmless(line);
      return 'no more than its process will have';
    },
  },
];

function mustBeHarmless(line: string): void {
  const [name = '', value = ''] = line.split(/:\s+/);
  if (name.startsWith('Cap')) must((BigInt(`0x${value}`) & ~GRANTED) === 0n, line);
  if (name === 'NoNewPrivs') must(value === '1', line);
  if (name === 'Seccomp') must(value === '2', line);
  if (name === 'open') must(!/^(\/|socket:|anon_inode:\[bpf)/.test(value) || isHarmlessFile(value), line);
}

/** The null device, and what `start` opens: a FIFO is good for nothing else. */
function isHarmlessFile(path: string): boolean {
  return path === '/dev/null' || /\/(start|exec\.fifo)$/.test(path) || path.endsWith('/errors');
}
