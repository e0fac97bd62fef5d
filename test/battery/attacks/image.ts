/** What else an image may have in the place of what the runtime uses: FIFOs, files without an end, devices. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import { amount } from '../../setup/batteries.ts';
import { makeMany } from '../../setup/large-trees.ts';
import { patience } from '../../setup/patience.ts';
import { peakMemory } from '../../setup/peak-memory.ts';
import { type Attack, must, NotApplicable } from '../attack.ts';
import { linksTo, ownDev, replace } from '../image-parts.ts';
import { onTerminal } from '../on-terminal.ts';
import { reason, type Target } from '../target.ts';

async function withFifo(
  target: Target,
  name: string,
  config: (config: LooseConfig) => void,
): Promise<string> {
  const bundle = target.bundle(config);
  const fifo = replace(bundle, name);
  spawnSync('mkfifo', [fifo]);
  try {
    const result = await target.run(bundle, { timeout: patience(8000) });
    return result.code === 0 ? 'not opened' : reason(result);
  } finally {
    // Who waits for it all the same need not wait for ever.
    const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    await new Promise((resolve) => setTimeout(resolve, 50));
    closeSync(fd);
  }
}

const fifos: Readonly<Record<string, (config: LooseConfig) => void>> = {
  'dev/null': (config) => {
    ownDev(config);
    config.linux.maskedPaths.push('/etc/passwd');
    const namespaces = config.linux.namespaces as LooseConfig[];
    if (namespaces.some(({ type }) => type === 'user')) return;
    // In a user namespace devices are bound onto what is there.
    namespaces.push({ type: 'user' });
    for (const name of ['uidMappings', 'gidMappings'])
      config.linux[name] = [{ containerID: 0, hostID: 0, size: 1000 }];
  },
  'etc/passwd': ({ process }) => {
    process.env = ['PATH=/bin'];
  },
  'etc/group': () => {},
  'bind/target': ({ mounts }) => {
    mounts.push({ destination: '/bind/target', type: 'bind', source: '/etc/passwd', options: ['bind'] });
  },
};

/** Bytes; a JS runtime takes some 60 MiB of it. */
const MOST_MEMORY = 200 * 2 ** 20;

function manyFiles(directory: string): void {
  makeMany(directory, amount(30_000));
}

function sparseFile(directory: string): void {
  writeFileSync(join(directory, 'sparse'), '');
  truncateSync(join(directory, 'sparse'), 2 ** 43);
}

export const image: readonly Attack[] = [
  ...Object.entries(fifos).map(
    ([name, config]): Attack => ({
      claim: `a FIFO at /${name} of the image is not waited for`,
      needs: ['busybox'],
      run: (target) => withFifo(target, name, config),
    }),
  ),
  {
    claim: 'an /etc/passwd of a terabyte is not read to its end',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.env = ['PATH=/bin'];
      });
      truncateSync(join(bundle.rootfs, 'etc/passwd'), 2 ** 40);
      const result = await target.run(bundle, { timeout: patience(8000) });
      return result.code === 0 ? 'a part of it is read' : reason(result);
    },
  },
  {
    claim: 'a /dev/null of the image does not decide what masks a path',
    cve: 'CVE-2025-31133',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle((config) => {
        ownDev(config);
        config.linux.maskedPaths = ['/etc/secret'];
        config.process.args = ['stat', '-c', '%F %t:%T', '/etc/secret'];
      });
      writeFileSync(join(bundle.rootfs, 'etc/secret'), 'secret');
      // What could be written there is the UTS namespace's own.
      symlinkSync('/proc/sys/kernel/domainname', replace(bundle, 'dev/null'));
      const result = await target.run(bundle);
      if (result.code !== 0) return reason(result);
      must(result.stdout === 'character special file 1:3\n', `the path is masked with ${result.stdout}`);
      return 'masked with the null device of the host';
    },
  },
  {
    claim: 'symlinks at /dev/pts/N, /dev/ptmx and /dev/console do not decide which terminal is used',
    cve: 'CVE-2025-52565',
    needs: ['busybox', 'script'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const bundle = target.bundle((config) => {
        config.mounts = config.mounts.filter(({ destination }: LooseConfig) => destination !== '/dev');
        config.process.terminal = true;
        config.process.args = ['stat', '-L', '-c', '%F %t', '/dev/console'];
      });
      mkdirSync(join(bundle.rootfs, 'dev/pts'), { recursive: true });
      for (const name of ['console', 'ptmx', 'pts/ptmx', 'pts/0', 'pts/1'])
        symlinkSync(join(sentinel.path, 'null'), replace(bundle, `dev/${name}`));
      const result = await target.run(bundle, { through: onTerminal });
      sentinel.check();
      if (result.code !== 0) return reason(result);
      must(/character special file 88\r?\n/.test(result.stdout), `/dev/console is ${result.stdout}`);
      return 'a terminal of its own';
    },
  },
  {
    claim: 'tmpcopyup copies nothing of the host, where the directory is a symlink',
    needs: ['busybox'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const notes = new Set<string>();
      for (const link of linksTo(sentinel.path, 1)) {
        const bundle = target.bundle(({ mounts, process }) => {
          mounts.push({ destination: '/copied', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
          process.args = ['sh', '-c', 'cat /copied/* /copied/*/*; true'];
        });
        symlinkSync(link, replace(bundle, 'copied'));
        const result = await target.run(bundle);
        sentinel.check();
        must(!result.stdout.includes('of the host'), `it has ${result.stdout.split('\n')[0]}`);
        notes.add(result.code === 0 ? 'resolved inside' : reason(result));
      }
      return [...notes][0] ?? '';
    },
  },
  {
    claim: 'tmpcopyup of many files, and of a sparse file of terabytes, does not exhaust the memory',
    needs: ['busybox'],
    run: async (target) => {
      const notes: string[] = [];
      for (const fill of [manyFiles, sparseFile]) {
        const bundle = target.bundle(({ mounts, process }) => {
          const options = ['tmpcopyup', 'size=64m'];
          mounts.push({ destination: '/copied', type: 'tmpfs', source: 'tmpfs', options });
          process.args = ['sh', '-c', 'echo ready; read x'];
        });
        mkdirSync(join(bundle.rootfs, 'copied'));
        fill(join(bundle.rootfs, 'copied'));
        const [program = '', ...args] = [...target.program, '--root', target.rig.root];
        const run = ['run', '--bundle', bundle.path, target.rig.id()];
        const { stdout, peak } = await peakMemory(program, [...args, ...run], 1);
        must(peak < MOST_MEMORY, `it takes ${peak >> 20} MiB`);
        notes.push(stdout === 'ready\n' ? 'copied' : 'an error');
      }
      return notes.join(', ');
    },
  },
  {
    claim: 'a lower layer with symlinks is not followed when a container is deleted',
    needs: ['busybox'],
    run: async (target) => {
      if (target.kind !== 'tsrun') throw new NotApplicable('it has no overlay root');
      const sentinel = target.sentinel();
      const bundle = target.bundle(({ process, ...config }) => {
        Object.assign(config, { annotations: { 'org.tsrun.overlay': 'disk' } });
        const link = `ln -s ${sentinel.path} /link; mkdir -p /d; ln -s ${sentinel.path} /d/l`;
        process.args = ['sh', '-c', `${link}; rm -rf /etc; ln -s ${sentinel.path} /etc`];
      });
      const result = await target.run(bundle, { args: ['--overlay=disk'] });
      sentinel.check();
      return result.code === 0 ? 'removed by descriptors' : reason(result);
    },
  },
];
