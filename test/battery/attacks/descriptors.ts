/** Descriptors that somebody has left open, and paths that lead through them. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../setup/execute.ts';
import { type Attack, must } from '../attack.ts';
import { reason, type Target } from '../target.ts';

/** A caller with 20 descriptors of a directory open. */
function leaking(directory: string): readonly string[] {
  const script = `for i in {3..22}; do eval "exec $i<${directory}"; done; exec "$@"`;
  return ['bash', '--norc', '-c', script, 'bash'];
}

/** By another process than the one that is looked at. */
const listed = ['sh', '-c', 'ls /proc/$$/fd; true'];

/** Whether the working directory is where the kernel says it is. */
const whereAmI = [
  'sh',
  '-c',
  '[ "$(stat -c %d:%i . 2>&1)" = "$(stat -c %d:%i "$(readlink /proc/self/cwd)" 2>&1)" ] || echo OUTSIDE; ls',
];

const numbers = Array.from({ length: 24 }, (_, index) => index + 3);

function mustBeInside({ stdout }: Result, fd: number): void {
  must(
    !/OUTSIDE|secret/.test(stdout),
    `with /proc/self/fd/${fd} it is outside of its root: ${stdout.trim().split(/\s+/).slice(0, 6).join(' ')}`,
  );
}

/** The same attack with every number, a few at a time. */
async function withEach(attack: (fd: number) => Promise<Result>): Promise<string> {
  const results: Result[] = [];
  const rest = [...numbers];
  const worker = async () => {
    for (let fd = rest.shift(); fd !== undefined; fd = rest.shift()) {
      const result = await attack(fd);
      mustBeInside(result, fd);
      results.push(result);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  const refused = results.find(({ code }) => code !== 0);
  return refused ? reason(refused) : 'the directory is inside';
}

async function runIn(target: Target, cwd: (fd: number) => string): Promise<string> {
  const { path } = target.sentinel();
  const shared = target.bundle();
  return withEach((fd) => {
    const bundle = target.bundleOf(shared.rootfs, ({ process }) => {
      process.cwd = cwd(fd);
      process.args = whereAmI;
    });
    symlinkSync(`/proc/self/fd/${fd}`, join(shared.rootfs, `link-${fd}`));
    return target.run(bundle, { through: leaking(path) });
  });
}

export const descriptors: readonly Attack[] = [
  {
    claim: 'run: of 20 descriptors that the caller leaks, none gets in',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = listed;
      });
      const { stdout } = await target.run(bundle, { through: leaking(target.sentinel().path) });
      must(stdout === '0\n1\n2\n', `the process has the descriptors ${stdout.replaceAll('\n', ' ')}`);
      return 'closed';
    },
  },
  {
    claim: 'exec: of 20 descriptors that the caller leaks, none gets in',
    needs: ['busybox'],
    run: async (target) => {
      const id = await target.start(sleeping(target));
      const { stdout } = await target.command(['exec', id, ...listed], {
        through: leaking(target.sentinel().path),
      });
      must(stdout === '0\n1\n2\n', `the process has the descriptors ${stdout.replaceAll('\n', ' ')}`);
      return 'closed';
    },
  },
  {
    claim: '--preserve-fds: those that are asked for get in, and no other',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = listed;
      });
      const { stdout } = await target.run(bundle, {
        args: ['--preserve-fds', '2'],
        through: leaking(target.sentinel().path),
      });
      must(stdout === '0\n1\n2\n3\n4\n', `the process has the descriptors ${stdout.replaceAll('\n', ' ')}`);
      return 'closed';
    },
  },
  {
    claim: 'run: a working directory of /proc/self/fd/N is not a way out',
    cve: 'CVE-2024-21626',
    needs: ['busybox'],
    run: (target) => runIn(target, (fd) => `/proc/self/fd/${fd}`),
  },
  {
    claim: 'run: nor one that a symlink of the image leads to',
    cve: 'CVE-2024-21626',
    needs: ['busybox'],
    run: (target) => runIn(target, (fd) => `/link-${fd}`),
  },
  {
    claim: 'exec: a working directory of /proc/self/fd/N is not a way out',
    cve: 'CVE-2024-21626',
    needs: ['busybox'],
    run: async (target) => {
      const id = await target.start(sleeping(target));
      const through = leaking(target.sentinel().path);
      return withEach((fd) =>
        target.command(['exec', '--cwd', `/proc/self/fd/${fd}`, id, ...whereAmI], { through }),
      );
    },
  },
  {
    claim: 'run: a program of the host cannot be executed by a leaked descriptor',
    cve: 'CVE-2024-21626',
    needs: ['busybox'],
    run: (target) => {
      const shared = target.bundle();
      return withEach((fd) => {
        const bundle = target.bundleOf(shared.rootfs, ({ process }) => {
          process.args = [`/proc/self/fd/${fd}/cat`, '/secret'];
        });
        return target.run(bundle, { through: leaking('/bin') });
      });
    },
  },
];

function sleeping(target: Target) {
  return target.bundle(({ process }) => {
    process.args = ['sleep', '600'];
  });
}
