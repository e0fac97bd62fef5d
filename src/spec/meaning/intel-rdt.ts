/** `linux.intelRdt`: config-linux.md, section IntelRdt. */

import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';

/** What resctrl itself has beside the groups. */
const TAKEN = ['.', '..', 'info', 'mon_groups', 'mon_data'];

export const intelRdt: Check<Config> = {
  reads: ['/linux/intelRdt'],
  run({ linux }, report) {
    const { closID, memBwSchema, schemata = [] } = linux?.intelRdt ?? {};
    const at = '/linux/intelRdt';
    if (closID && closID !== '/' && (closID.includes('/') || TAKEN.includes(closID))) {
      const expected = 'the name of a resctrl group, or "/" for the one of the machine';
      report({ pointer: `${at}/closID`, expected, found: inWords(closID) });
    }
    if (memBwSchema && (!memBwSchema.startsWith('MB:') || memBwSchema.includes('\n'))) {
      const expected = 'one line that begins with "MB:"';
      report({ pointer: `${at}/memBwSchema`, expected, found: inWords(memBwSchema) });
    }
    schemata.forEach((line, index) => {
      if (!line.includes('\n')) return;
      report({ pointer: `${at}/schemata/${index}`, expected: 'one line', found: inWords(line) });
    });
  },
};
