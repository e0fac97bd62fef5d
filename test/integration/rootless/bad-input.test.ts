/** What an ordinary user may not have: each message says what is missing, and how to get it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BadInput, testBadInput } from '../../setup/bad-input.ts';
import { needNoCgroup } from '../../setup/cgroup-files.ts';
import { need } from '../../setup/needs.ts';
import { remains } from '../../setup/remains.ts';
import { makeRig } from '../../setup/rig.ts';

const inputs: Readonly<Record<string, BadInput>> = {
  'additional groups that are not mapped': {
    config: ({ process }) => {
      process.user.additionalGids = [55];
    },
    code: 'config',
    pointer: '/process/user/additionalGids/0',
    says: 'expected an id in /linux/gidMappings (0), found the number 55',
    hint: 'map it in /linux/gidMappings',
    at: '55\n',
  },
  "ids that are not the user's": {
    config: ({ linux }) => {
      for (const name of ['uidMappings', 'gidMappings'])
        linux[name].push({ containerID: 1, hostID: 3_000_000_000, size: 1000 });
    },
    code: 'rootless',
    pointer: '/linux/uidMappings/1',
    says: 'cannot write the uid map ',
    hint: '/etc/subuid',
  },
  'a memory limit': {
    config: ({ linux }) => {
      linux.resources = { memory: { limit: 1 << 22 } };
    },
    code: 'cgroup',
    pointer: '/linux/resources/memory/limit',
    says: 'cannot set the memory limit: no permission for the cgroup controllers that the limits need (memory)',
    hint: 'rootless needs no limits + no cgrouppath when no permission is granted for cgroups',
    at: '4194304',
    needs: needNoCgroup,
  },
  'a cgroup that is not delegated': {
    config: ({ linux }) => {
      linux.cgroupsPath = '/tsrun-no-such/group';
    },
    code: 'cgroup',
    pointer: '/linux/cgroupsPath',
    says: 'EACCES (permission denied)',
    hint: 'Delegate=yes',
    at: '"/tsrun-no-such/group"',
  },
  'a group of devpts that is not mapped': {
    config: ({ mounts }) => mounts[2].options.push('gid=7'),
    code: 'rootless',
    pointer: '/mounts/2/options/5',
    says: 'cannot mount "devpts" at "/dev/pts": gid 7 of the option "gid=7" is not in the container\'s map',
    hint: 'map the gid in linux.gidMappings',
    at: '"gid=7"',
  },
  'a bind mount whose access times are changed': {
    config: ({ mounts }) => {
      mounts[5].options = ['rbind', 'noatime'];
    },
    code: 'rootless',
    pointer: '/mounts/5/options/1',
    says: 'mount_setattr: EPERM (operation not permitted)',
    hint: 'cannot take away',
  },
};

describe('a bundle with', () => {
  for (const [name, input] of Object.entries(inputs)) testBadInput(name, input);

  test('no user namespace gets one, and it is said which', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: ({ process, linux }) => {
        process.args = ['sh', '-c', 'id -u; cat /proc/self/uid_map'];
        linux.namespaces = linux.namespaces.filter(({ type }: { type: string }) => type !== 'user');
        linux.uidMappings = undefined;
        linux.gidMappings = undefined;
      },
    });
    const log = join(rig.path, 'log');
    const id = rig.id();
    const result = await rig.tsrun([
      '--log',
      log,
      '--log-format',
      'json',
      'run',
      '--bundle',
      bundle.path,
      id,
    ]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(new RegExp(`^0\\n +0 +${process.getuid?.()} +1\\n`));
    const record = JSON.parse(readFileSync(log, 'utf8'));
    expect(record).toMatchObject({
      level: 'warning',
      msg: expect.stringMatching(/one was added, with the u?ids 0 → /),
    });
    expect(remains(rig, id)).toEqual([]);
  });
});
