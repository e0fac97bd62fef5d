/** What belongs to the host: its kernel's settings, files of the caller, the runtime's own state. */
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execute } from '../../setup/execute.ts';
import { type Attack, must, NotApplicable } from '../attack.ts';
import { reason } from '../target.ts';

/** Not of a namespace, or of one that the container has not. */
const hostSysctls = [
  ['kernel.core_pattern', '/proc/sys/kernel/core_pattern', 'network'],
  ['kernel/core_pattern', '/proc/sys/kernel/core_pattern', 'network'],
  ['net.ipv4.ip_forward', '/proc/sys/net/ipv4/ip_forward', 'network'],
  ['net/../kernel/core_pattern', '/proc/sys/kernel/core_pattern', ''],
  ['kernel.shm/../core_pattern', '/proc/sys/kernel/core_pattern', ''],
  ['kernel.shmmax', '/proc/sys/kernel/shmmax', 'ipc'],
] as const;

export const host: readonly Attack[] = [
  {
    claim: 'sysctls of the host are not changed',
    cve: 'CVE-2025-52881',
    needs: ['busybox'],
    run: async (target) => {
      let last = '';
      for (const [name, file, without] of hostSysctls) {
        const before = readFileSync(file, 'utf8');
        const bundle = target.bundle(({ linux }) => {
          // What is there already: a success would do no harm.
          linux.sysctl = { [name]: before.trim() };
          linux.namespaces = linux.namespaces.filter(({ type }: { type: string }) => type !== without);
        });
        const result = await target.run(bundle);
        must(result.code !== 0, `"${name}" was written`);
        must(readFileSync(file, 'utf8') === before, `"${name}" was changed`);
        last ||= reason(result);
      }
      return last;
    },
  },
  {
    claim: 'a pid file in a directory of others follows no symlink',
    needs: ['busybox'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const bundle = target.bundle();
      const directory = mkdtempSync(join(target.rig.path, 'pids-'));
      for (const name of ['pid', '.pid']) symlinkSync(join(sentinel.path, 'file'), join(directory, name));
      const result = await target.run(bundle, { args: ['--pid-file', join(directory, 'pid')] });
      sentinel.check();
      return result.code === 0 ? 'replaced' : reason(result);
    },
  },
  {
    claim: 'a state directory that others can write to is not trusted',
    needs: ['busybox'],
    run: async (target) => {
      const root = mkdtempSync(join(target.rig.path, 'open-'));
      chmodSync(root, 0o777);
      const bundle = target.bundle();
      const program = [...target.program, '--root', root];
      const results = [];
      for (const command of [
        ['run', '--bundle', bundle.path, target.rig.id()],
        ['list'],
        ['delete', '--force', 'x'],
      ]) {
        const line = [...program, ...command];
        const result = await execute(line[0] as string, line.slice(1));
        must(result.code !== 0, `${command[0]} trusts it`);
        results.push(reason(result));
      }
      return results[0] ?? '';
    },
  },
  {
    claim: 'nor one of another user, whose records say what is to be deleted',
    as: 'root',
    needs: ['busybox'],
    run: async (target) => {
      if (target.kind !== 'tsrun') throw new NotApplicable('its records have another form');
      const sentinel = target.sentinel();
      const bundle = target.bundle(({ process }) => {
        process.args = ['sleep', '600'];
      });
      const id = await target.start(bundle);
      const copy = join(target.rig.path, 'forged');
      cpSync(join(target.rig.root, id), join(copy, id), {
        recursive: true,
        filter: (path) => !path.endsWith('/start'),
      });
      const file = join(copy, id, 'state.json');
      const record = {
        ...JSON.parse(readFileSync(file, 'utf8')),
        pid: 0,
        cgroups: [],
        dataDirectory: sentinel.path,
      };
      writeFileSync(file, JSON.stringify(record));
      chownSync(copy, 65_534, 65_534);
      const result = await execute(target.program[0] as string, ['--root', copy, 'delete', '--force', id]);
      sentinel.check();
      must(result.code !== 0, 'it was trusted');
      return reason(result);
    },
  },
  {
    claim: 'nor one that a symbolic link of another user leads to',
    as: 'root',
    needs: ['busybox'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const shared = mkdtempSync(join(target.rig.path, 'shared-'));
      chmodSync(shared, 0o1777);
      const link = join(shared, 'state');
      symlinkSync(sentinel.path, link);
      lchownSync(link, 65_534, 65_534);
      const program = [...target.program, '--root', link];
      const { path } = target.bundle();
      let last = '';
      for (const command of [
        ['delete', '--force', 'directory'],
        ['run', '--bundle', path, target.rig.id()],
        ['list'],
      ]) {
        const line = [...program, ...command];
        const result = await execute(line[0] as string, line.slice(1));
        sentinel.check();
        must(result.code !== 0, `${command[0]} trusts it`);
        last ||= reason(result);
      }
      return last;
    },
  },
  {
    claim: 'delete --force removes no directory of the state root that is not a container',
    needs: ['busybox'],
    run: async (target) => {
      // Makes the root.
      await target.run(target.bundle());
      const id = target.rig.id();
      const directory = join(target.rig.root, id);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'precious'), '');
      const result = await target.command(['delete', '--force', id]);
      const isLeft = existsSync(join(directory, 'precious'));
      rmSync(directory, { recursive: true, force: true });
      must(isLeft, 'it was removed');
      must(result.code !== 0, 'it is left, and success was reported');
      return reason(result);
    },
  },
  {
    claim: 'delete goes by what it has made, whatever the bundle has become',
    needs: ['busybox'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const bundle = target.bundle(({ process }) => {
        process.args = ['sleep', '600'];
      });
      const id = await target.start(bundle);
      renameSync(bundle.path, `${bundle.path}-moved`);
      symlinkSync(sentinel.path, bundle.path);
      const result = await target.command(['delete', '--force', id]);
      sentinel.check();
      must(result.code === 0, reason(result));
      return 'nothing else is touched';
    },
  },
  {
    claim: 'the caller’s environment does not reach the runtime’s engine, nor the container',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = ['env'];
        process.env = ['PATH=/bin', 'HOME=/'];
      });
      const evil = join(bundle.path, 'evil.cjs');
      writeFileSync(evil, `require('node:fs').writeFileSync(${JSON.stringify(`${evil}.ran`)}, '');`);
      const env = {
        PATH: process.env.PATH ?? '',
        NODE_OPTIONS: `--require=${evil}`,
        BUN_OPTIONS: `--preload=${evil}`,
        LD_DEBUG: 'all',
        GODEBUG: 'inittrace=1',
        SECRET: 'of the caller',
        ...(process.env.XDG_RUNTIME_DIR === undefined
          ? {}
          : { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR }),
      };
      const { stdout, code, stderr } = await target.run(bundle, { env, cwd: bundle.path });
      must(!readdirSync(bundle.path).includes('evil.cjs.ran'), 'code of the caller was executed');
      must(code === 0, stderr.slice(0, 100));
      must(!/SECRET|NODE_|BUN_|LD_/.test(stdout), `the container has ${stdout}`);
      return 'neither';
    },
  },
  {
    claim: 'the name of a bundle does not steer the terminal on which an error is shown',
    needs: ['busybox'],
    run: async (target) => {
      const path = join(target.rig.path, '\u001b]0;attack\u0007');
      mkdirSync(path);
      const { stderr, code } = await target.command(['run', '--bundle', path, target.rig.id()]);
      must(code !== 0 && !stderr.includes('\u001b]0;attack'), 'the terminal was steered');
      return 'escaped';
    },
  },
];
