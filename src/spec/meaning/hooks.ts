/** `hooks`: config.md, section POSIX-platform Hooks. */

import type { Report } from '../problem.ts';
import type { Config, Hook, HookKind } from '../types.ts';
import { mustBeAbsolute } from './absolute.ts';
import type { Check } from './check.ts';
import { mustBeAssignments } from './environment.ts';

const KINDS: readonly HookKind[] = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
];

export const hooks: Check<Config> = {
  reads: ['/hooks'],
  run(config, report) {
    for (const kind of KINDS) {
      config.hooks?.[kind]?.forEach((hook, index) => {
        checkHook(hook, `/hooks/${kind}/${index}`, report);
      });
    }
  },
};

function checkHook(hook: Hook, at: string, report: Report): void {
  mustBeAbsolute(hook.path, `${at}/path`, report);
  mustBeAssignments(hook.env ?? [], `${at}/env`, report);
  const { timeout } = hook;
  if (timeout === undefined || timeout > 0) return;
  const hint = 'leave it out for no limit';
  report({ pointer: `${at}/timeout`, expected: 'more than 0 seconds', found: `${timeout}`, hint });
}
