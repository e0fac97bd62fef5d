/** Ids and paths of the command line and the configuration that lead elsewhere than they should. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Attack, must, NotApplicable } from '../attack.ts';
import { reason } from '../target.ts';

const WRONG_IDS = [
  '',
  '.',
  '..',
  '../x',
  'a/b',
  '/x',
  'a b',
  'a\nb',
  'ü',
  '-x',
  '--',
  '~',
  '*',
  'a\\b',
  'x'.repeat(300),
];

export const names: readonly Attack[] = [
  {
    claim: 'an id is no path',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle();
      const before = readdirSync(target.rig.path).filter((name) => !name.endsWith('-root'));
      let last = '';
      for (const id of WRONG_IDS) {
        for (const command of [['create', '--bundle', bundle.path], ['delete', '--force'], ['state']]) {
          const result = await target.command([...command, id]);
          // What is not there is deleted by force already.
          must(
            result.code !== 0 || command[0] === 'delete',
            `${command[0]} took the id ${JSON.stringify(id)}`,
          );
          if (command[0] === 'create') last = reason(result);
        }
      }
      const after = readdirSync(target.rig.path).filter((name) => !name.endsWith('-root'));
      must(before.join() === after.join(), 'something was made outside of the state directory');
      return last;
    },
  },
  {
    claim: 'cgroupsPath with ".." does not leave the hierarchy',
    as: 'root',
    needs: ['busybox'],
    run: async (target) => {
      const name = `${basename(target.rig.path)}-attack`;
      let last = '';
      for (const path of [`../../${name}`, `/../../${name}`, `/a/../../../${name}`, '..', '/..', '/']) {
        const bundle = target.bundle(({ linux, process }) => {
          linux.cgroupsPath = path;
          process.args = ['cat', '/proc/self/cgroup'];
        });
        const result = await target.run(bundle);
        last = result.code === 0 ? 'taken as below the root' : reason(result);
        must(!/\/\.\./.test(result.stdout), `"${path}" led to ${result.stdout}`);
        must(!existsSync(join('/sys/fs', name)) && !existsSync(join('/sys', name)), 'a directory was made');
      }
      return last;
    },
  },
  {
    claim: 'exec --cgroup with ".." does not leave the container’s cgroup',
    as: 'root',
    needs: ['busybox'],
    run: async (target) => {
      const bundle = target.bundle(({ process }) => {
        process.args = ['sleep', '600'];
      });
      const id = await target.start(bundle);
      let last = '';
      for (const path of ['..', '../..', '/..', 'a/../..', '/../x']) {
        const result = await target.command(['exec', '--cgroup', path, id, 'true']);
        must(result.code !== 0, `"${path}" was accepted`);
        last = reason(result);
      }
      if (/No such option|flag provided but not defined|unrecognized/.test(last))
        throw new NotApplicable(last);
      return last;
    },
  },
];
