/** `linux.resources.devices[].access`: config-linux.md, section Allowed Device list. */

import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';

export const deviceRules: Check<Config> = {
  reads: ['/linux/resources/devices'],
  run({ linux }, report) {
    linux?.resources?.devices?.forEach(({ access = '' }, index) => {
      if (access === 'rwm' || [...access].every((letter) => 'rwm'.includes(letter))) return;
      const pointer = `/linux/resources/devices/${index}/access`;
      const problem = { pointer, expected: 'some of the letters r, w, m', found: inWords(access) };
      // runc ignores other letters, and its own tests have one.
      const isKnown = [...access].some((letter) => 'rwm'.includes(letter));
      report(isKnown ? { ...problem, hint: 'the others are ignored', warning: true } : problem);
    });
  },
};
