/** Capabilities for what a proof does in the container. */
import type { LooseConfig } from '../setup/base-config.ts';

/** Adds to the sets that a process of root uses: they are the same list in the base configuration. */
export function grant({ process }: LooseConfig, ...names: readonly string[]): void {
  for (const set of ['bounding', 'effective', 'permitted'])
    process.capabilities[set] = [...process.capabilities[set], ...names];
}
