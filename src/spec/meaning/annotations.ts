/** `annotations`: config.md, section Annotations. */

import type { Config } from '../types.ts';
import type { Check } from './check.ts';

export const annotationKeys: Check<Config> = {
  reads: ['/annotations'],
  run({ annotations }, report) {
    if (annotations === undefined || !Object.hasOwn(annotations, '')) return;
    report({ pointer: '/annotations/', expected: 'a key that is not empty', found: 'an empty one' });
  },
};
