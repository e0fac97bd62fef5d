/** What there is of seccomp here: for `features` (features-linux.md, Seccomp) and `--version`. */
import { Libseccomp } from '../kernel/libseccomp.ts';
import { flagNames, supportedFlags } from './flags.ts';
import { actions, architectures, operators } from './names.ts';

/** The profile needs the library and the kernel: where either is missing, nothing is enabled. */
export function seccompFeatures(): object {
  const library = installedLibrary();
  const supported = supportedFlags();
  return {
    enabled: library !== undefined && supported !== undefined,
    actions: Object.keys(actions),
    operators: Object.keys(operators),
    archs: Object.entries(architectures)
      .filter(([, name]) => !library || library.architecture(name) !== undefined)
      .map(([name]) => name),
    knownFlags: flagNames,
    supportedFlags: supported ?? [],
  };
}

/** @returns undefined where there is none */
export function libseccompVersion(): string | undefined {
  return installedLibrary()?.version;
}

function installedLibrary(): Libseccomp | undefined {
  try {
    return new Libseccomp();
  } catch {
    return undefined;
  }
}
