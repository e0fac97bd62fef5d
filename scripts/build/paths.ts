/** Where things are in the clone. */
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const dist = join(root, 'dist');

/** A path inside the clone. */
export function inRoot(...parts: readonly string[]): string {
  return join(root, ...parts);
}

export const architectures = ['x64', 'arm64'] as const;

export type Arch = (typeof architectures)[number];

/** This machine's architecture, as npm names it. */
export function hostArch(): Arch {
  if (process.arch === 'x64' || process.arch === 'arm64') return process.arch;
  throw new Error(`unsupported architecture "${process.arch}": tsrun knows x64 and arm64`);
}
