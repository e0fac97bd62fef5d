/** AppArmor: a profile that is loaded is in force. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from '../../setup/base-config.ts';
import { must, NotApplicable, NotInForce, type Proof } from '../proof.ts';
import { until } from '../until.ts';

/** Denies every access to /etc/shadow-deny: the guest of `npm run test:vm` loads it at its start. */
const PROFILE = 'vmtest-deny';

function withProfile({ process }: LooseConfig): void {
  process.apparmorProfile = PROFILE;
}

function needProfile(): () => void {
  if (!existsSync('/sys/kernel/security/apparmor')) throw new NotApplicable('the machine has no AppArmor');
  if (!existsSync(join('/etc/apparmor.d', PROFILE)))
    throw new NotApplicable(`the profile "${PROFILE}" is not loaded`);
  return () => {};
}

/** The name decides, not what was there before. */
const look = 'echo secret >/etc/other; cat /etc/other /proc/self/attr/current; echo secret >/etc/shadow-deny';

/** crun has a profile of its own, which it adds. */
const inForce = new RegExp(`^secret\n(.*//&)?${PROFILE} \\((enforce|mixed)\\)$`, 'm');

export const apparmor: readonly Proof[] = [
  {
    claim: 'process.apparmorProfile: a file that the profile denies is not had, by what exec starts neither',
    prepare: needProfile,
    config: withProfile,
    script: `${look}; exec sleep 600`,
    shows: async (container) => {
      const { stdout, stderr } = await container.exec(look);
      must(/Permission denied/.test(stderr), `what exec starts: ${stdout}${stderr}`);
      for (const output of [container.output(), stdout]) must(inForce.test(output), output);
      await until(() => /Permission denied/.test(container.output())).catch(() => {
        throw new NotInForce(`the first process: ${container.output()}`);
      });
      return `${PROFILE} (enforce): EACCES`;
    },
  },
];
