/** Devices: which nodes may be opened, and how. */
import type { LooseConfig } from '../../setup/base-config.ts';
import { grant } from '../grant.ts';
import { must, type Proof } from '../proof.ts';

/** /dev/kmsg, which no container has by default. */
const kmsg = { type: 'c', major: 1, minor: 11 };
const rules = (...more: LooseConfig[]) => [{ allow: false, access: 'rwm' }, ...more];

/** What else than the rules would stand in the way. */
function privileged(config: LooseConfig): void {
  grant(config, 'CAP_MKNOD', 'CAP_SYSLOG', 'CAP_SYS_ADMIN');
}

const refused = /Operation not permitted/;

export const devices: readonly Proof[] = [
  {
    claim: 'devices: a node of one that is allowed can be opened',
    as: 'root',
    resources: { devices: rules({ ...kmsg, allow: true, access: 'rwm' }) },
    config: privileged,
    shows: async (container) => {
      const { code, stderr } = await container.exec(
        'mknod /dev/log c 1 11 && exec 3</dev/log && exec 4>/dev/log',
      );
      must(code === 0, stderr);
      return 'opened for reading and writing';
    },
  },
  {
    claim: 'devices: a node of one that is not cannot, those that everybody has can',
    as: 'root',
    resources: { devices: rules() },
    config: privileged,
    shows: async (container) => {
      const { code, stderr } = await container.exec(
        'mknod /dev/log c 1 11; mknod /dev/nil c 1 5; head -c 1 /dev/nil >/dev/null || exit 9; head -c 1 /dev/log',
      );
      must(code !== 9, `/dev/zero: ${stderr}`);
      must(code !== 0 && refused.test(stderr), `opened: ${code} ${stderr}`);
      return 'EPERM';
    },
  },
  {
    claim: 'devices: one that is allowed for reading cannot be written to',
    as: 'root',
    resources: { devices: rules({ ...kmsg, allow: true, access: 'r' }) },
    config: privileged,
    shows: async (container) => {
      const { code, stderr } = await container.exec('mknod /dev/log c 1 11; exec 3</dev/log || exit 9');
      must(code === 0, `reading: ${stderr}`);
      const writing = await container.exec('exec 3>/dev/log');
      must(writing.code !== 0 && refused.test(writing.stderr), `written: ${writing.code} ${writing.stderr}`);
      return 'reading: opened; writing: EPERM';
    },
  },
  {
    claim: 'devices: of two rules for the same one the later counts',
    as: 'root',
    resources: {
      devices: rules({ ...kmsg, allow: true, access: 'rwm' }, { ...kmsg, allow: false, access: 'rwm' }),
    },
    config: privileged,
    shows: async (container) => {
      const { code, stderr } = await container.exec('mknod /dev/log c 1 11; exec 3</dev/log');
      must(code !== 0 && refused.test(stderr), `opened: ${code} ${stderr}`);
      return 'EPERM';
    },
  },
  {
    claim: 'devices: the rules stay when limits are updated',
    as: 'root',
    resources: { devices: rules({ ...kmsg, allow: true, access: 'r' }) },
    config: privileged,
    shows: async (container) => {
      await container.command('update', '--pids-limit', '100');
      const { code, stderr } = await container.exec(
        'mknod /dev/log c 1 11; exec 3</dev/log || exit 9; exec 4>/dev/log',
      );
      must(code !== 9, `reading: ${stderr}`);
      must(code !== 0 && refused.test(stderr), `written: ${code} ${stderr}`);
      return 'reading: opened; writing: EPERM';
    },
  },
  {
    claim: 'devices: an ordinary user’s container makes no node',
    as: 'user',
    config: privileged,
    shows: async (container) => {
      const { code, stderr } = await container.exec('mknod /dev/log c 1 11');
      must(code !== 0 && refused.test(stderr), `made: ${code} ${stderr}`);
      return 'EPERM, from the kernel: there is no rule';
    },
  },
];
