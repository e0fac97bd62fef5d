/** Hooks made of a shell's commands, and a container's state for them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { HookState } from '../../../src/hooks/state.ts';
import type { Hook } from '../../../src/spec/types.ts';

export function shell(command: string, more: Partial<Hook> = {}): Hook {
  return { path: '/bin/sh', args: ['sh', '-c', command], ...more };
}

export interface Folder extends Disposable {
  readonly path: string;
  read(name: string): string;
}

/** A directory that is a bundle as far as hooks can tell. */
export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'tsrun-hooks-'));
  return {
    path,
    read: (name) => readFileSync(join(path, name), 'utf8'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

export function stateIn(bundle: string, more: Partial<HookState> = {}): HookState {
  return { ociVersion: '1.0.2', id: 'c1', status: 'creating', pid: 42, bundle, ...more };
}

/** The error that is thrown; a plain one where none is. */
export function failureOf(run: () => void): Pick<RuntimeError, 'code' | 'message' | 'details'> {
  try {
    run();
  } catch (error) {
    if (error instanceof RuntimeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
