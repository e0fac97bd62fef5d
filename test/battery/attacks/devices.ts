/** Devices of the host, by a process that may make nodes of them. */
import type { LooseConfig } from '../../setup/base-config.ts';
import { type Attack, must } from '../attack.ts';
import type { Target } from '../target.ts';

/** The numbers are for experiments: nothing is behind them, but what is allowed fails in another way. */
const nodes = ['c 60 1', 'b 60 1'];

/** Where devices may be opened, whatever the bundle is on. */
const FOLDER = '/dev';

/** @param how redirections of the shell: a line for each that is allowed */
function opening(...how: readonly string[]): string[] {
  const tries = nodes.flatMap((node) => {
    const path = `${FOLDER}/${node.replaceAll(' ', '-')}`;
    const open = how.map(
      (one) =>
        `o=$( ( : ${one} ${path} ) 2>&1 ); case "$o" in *"not permitted"*) ;; *) echo "${one} ${node}";; esac`,
    );
    return [`mknod ${path} ${node} || exit 9`, ...open];
  });
  return ['sh', '-c', tries.join('\n')];
}

/** @param rules undefined: the configuration does not say anything of devices */
async function opened(
  target: Target,
  how: readonly string[],
  rules: readonly object[] | undefined,
): Promise<string> {
  const bundle = target.bundle(({ process, linux }: LooseConfig) => {
    process.args = opening(...how);
    for (const set of Object.values<string[]>(process.capabilities)) set.push('CAP_MKNOD', 'CAP_SYS_RAWIO');
    linux.resources = { ...linux.resources, devices: rules };
  });
  const { stdout } = await target.run(bundle);
  must(stdout === '', `opened: ${stdout.trim().replaceAll('\n', ', ')}`);
  return 'not permitted';
}

const everyAccess = { access: 'rwm' };

export const devices: readonly Attack[] = [
  {
    claim: 'a node that a process makes is not opened unless a rule allows it',
    as: 'root',
    needs: ['busybox'],
    run: (target) => opened(target, ['<', '>', '<>'], [{ allow: false, ...everyAccess }]),
  },
  {
    claim: 'nor if the configuration has no device rules',
    as: 'root',
    needs: ['busybox'],
    run: (target) => opened(target, ['<', '>', '<>'], undefined),
  },
  {
    claim: 'what may not be read is not opened for reading and writing either',
    as: 'root',
    needs: ['busybox'],
    run: (target) =>
      opened(
        target,
        ['<', '<>'],
        [
          { allow: true, ...everyAccess },
          { allow: false, type: 'c', major: 60, access: 'r' },
          { allow: false, type: 'b', major: 60, access: 'r' },
        ],
      ),
  },
];
