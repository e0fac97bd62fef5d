/** What decides where layers are: annotations, which engines copy from images, and directories that others prepare. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../setup/faults.ts';
import { type Attack, must, NotApplicable } from '../attack.ts';
import { reason, type Target } from '../target.ts';

const OVERLAY = 'org.tsrun.overlay';
const LOWERDIRS = 'org.tsrun.overlay.lowerdirs';

/** Of every runtime that takes annotations, those that name something on the host. */
function annotationsFor(path: string): readonly Record<string, string>[] {
  return [
    { [OVERLAY]: `dir=${path}` },
    { [OVERLAY]: `dir=${path}/new` },
    { [OVERLAY]: 'disk', [LOWERDIRS]: path },
    { [OVERLAY]: 'tmpfs', [LOWERDIRS]: JSON.stringify([path]) },
    { [OVERLAY]: `dir=${path}/new`, [LOWERDIRS]: JSON.stringify([path]) },
    { 'run.oci.hooks.stdout': `${path}/new`, 'run.oci.hooks.stderr': `${path}/new` },
  ];
}

/** The kernel's own directory in a work directory has no permissions, so its owner could not remove it. */
function unlock(layer: string): void {
  const directory = join(layer, 'work/work');
  if (existsSync(directory)) chmodSync(directory, 0o700);
}

function needOverlay({ kind }: Target): void {
  if (kind !== 'tsrun') throw new NotApplicable('it has no overlay root');
}

export const overlay: readonly Attack[] = [
  {
    claim: 'annotations, which an image can have, give it nothing of the host',
    needs: ['busybox'],
    run: async (target) => {
      const sentinel = target.sentinel();
      const notes = new Set<string>();
      for (const annotations of annotationsFor(sentinel.path)) {
        const bundle = target.bundle((config) => {
          config.annotations = annotations;
          config.hooks = { createRuntime: [{ path: '/bin/echo', args: ['echo', 'of the image'] }] };
          config.process.args = ['sh', '-c', 'cat /secret /file; echo x >/written; echo x >/file'];
        });
        const result = await target.run(bundle);
        for (const layer of [sentinel.path, join(sentinel.path, 'new')]) unlock(layer);
        sentinel.check();
        must(!result.stdout.includes('of the host'), `it reads the host's files: ${result.stdout}`);
        notes.add(result.code === 1 ? reason(result) : 'ignored');
      }
      return [...notes][0] ?? '';
    },
  },
  {
    claim: 'a symbolic link in the layer of one container leads no other one to the host',
    needs: ['busybox'],
    run: async (target) => {
      needOverlay(target);
      const sentinel = target.sentinel();
      const kept = join(mkdtempSync(join(target.rig.path, 'layers-')), 'first');
      const bundle = target.bundle(({ process }) => {
        process.args = ['sh', '-c', `ln -s ${sentinel.path} /link; echo x >/written`];
      });
      const first = await target.run(bundle, { args: [`--overlay=dir=${kept}`] });
      must(first.code === 0, reason(first));
      unlock(kept);
      let last = '';
      for (const name of ['link', 'link/directory', 'link/new']) {
        const layer = join(kept, 'upper', name);
        const result = await target.run(bundle, { args: [`--overlay=dir=${layer}`] });
        unlock(layer);
        sentinel.check();
        must(result.code !== 0, `${name} is followed`);
        last = reason(result);
      }
      return last.replace(/"\S*"/, '…');
    },
  },
  {
    claim: 'a data directory that another user has prepared is not used',
    as: 'user',
    needs: ['busybox'],
    run: async (target) => {
      needOverlay(target);
      const home = mkdtempSync(join(target.rig.path, 'data-'));
      const env = { ...environment(), XDG_DATA_HOME: home };
      const bundle = target.bundle();
      const id = target.rig.id();
      const create = ['create', '--overlay=disk', '--bundle', bundle.path, id];
      const silent = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
      const created = await target.command(create, { env, through: silent });
      must(created.code === 0, 'it cannot be created');
      const [hash = ''] = readdirSync(join(home, 'tsrun'));
      await target.command(['delete', '--force', id], { env });
      rmSync(join(home, 'tsrun'), { recursive: true });
      const precious = mkdtempSync(join(target.rig.path, 'precious-'));
      mkdirSync(join(precious, hash, id, 'documents'), { recursive: true });
      symlinkSync(precious, join(home, 'tsrun'));
      const result = await target.command(['run', ...create.slice(1)], { env });
      must(existsSync(join(precious, hash, id, 'documents')), "the user's files are deleted");
      must(result.code !== 0, 'it is used');
      return reason(result);
    },
  },
  {
    claim: 'other users cannot reach a set-user-ID file of a container by the directory of its layer',
    cve: 'CVE-2021-41091',
    needs: ['busybox'],
    run: async (target) => {
      needOverlay(target);
      const kept = join(mkdtempSync(join(target.rig.path, 'layers-')), 'open');
      mkdirSync(kept);
      const bundle = target.bundle(({ process }) => {
        process.args = ['sh', '-c', 'cat /bin/sh >/suid; chmod 4755 /suid'];
      });
      const result = await target.run(bundle, { args: [`--overlay=dir=${kept}`] });
      unlock(kept);
      const isOpen = (statSync(kept).mode & 0o011) !== 0;
      must(!(isOpen && existsSync(join(kept, 'upper/suid'))), 'the file can be reached');
      return result.code === 0 ? 'closed' : reason(result);
    },
  },
];
