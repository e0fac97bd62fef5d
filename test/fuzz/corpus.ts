/** Valid configurations that mutations start from: together they have every field. */

import { generateSpec } from '../../src/spec/generate.ts';
import { segments } from '../../src/spec/pointer.ts';
import { unsupportedInConfig } from '../../src/spec/unsupported.ts';
import type { LooseConfig } from '../setup/base-config.ts';
import { fullConfig, version1Resources } from './full-config.ts';

const ids = { uid: 1000, gid: 100 };

export const corpus: readonly LooseConfig[] = [
  supported(fullConfig),
  supported(fullConfig),
  supported({ ...fullConfig, linux: { ...fullConfig.linux, resources: version1Resources } }),
  generateSpec({ rootless: false, overlay: false, ids }),
  generateSpec({ rootless: true, overlay: true, ids }),
];

/** Without what would hide everything else. */
function supported(config: LooseConfig): LooseConfig {
  const rest = structuredClone(config);
  for (const { pointer } of unsupportedInConfig(config)) {
    const names = segments(pointer);
    const last = names.pop() ?? '';
    const parent = names.reduce<LooseConfig | undefined>((at, name) => at?.[name], rest);
    if (parent) delete parent[last];
  }
  return rest;
}
