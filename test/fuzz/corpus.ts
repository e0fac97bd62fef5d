/** Valid configurations that mutations start from: together they have every field. */

import { generateSpec } from '../../src/spec/generate.ts';
import type { LooseConfig } from '../setup/base-config.ts';
import { fullConfig, version1Resources } from './full-config.ts';

const ids = { uid: 1000, gid: 100 };

export const corpus: readonly LooseConfig[] = [
  fullConfig,
  { ...fullConfig, linux: { ...fullConfig.linux, resources: version1Resources } },
  generateSpec({ rootless: false, overlay: false, ids }),
  generateSpec({ rootless: true, overlay: true, ids }),
];
