/** Reads and checks configurations of OCI containers, and plans containers without making them. */

/** The version of the runtime specification that is implemented. */
export const specVersion: string;

/** The version of this package. */
export function version(): Promise<string>;

export interface LoadedConfig {
  readonly config: Config;
  /** What is doubtful, and does not keep a container from running. */
  readonly warnings: readonly string[];
}

/**
 * Reads a config.json and checks its shape and its meaning.
 *
 * @throws RuntimeError `config`, with all problems, their lines and columns in `details.findings`
 */
export function loadConfig(file: string): Promise<LoadedConfig>;

export interface PlanOptions {
  /** The bundle's directory. */
  readonly bundle: string;
  readonly id?: string;
  /** As the options of the command line. */
  readonly config?: string;
  readonly overlay?: string;
  readonly overlayLower?: readonly string[];
  readonly root?: string;
}

/**
 * What `create` and `start` would do here, as `tsrun plan --format json` prints it.
 *
 * @throws RuntimeError
 */
export function plan(options: PlanOptions): Promise<DescribedPlan>;

export interface DescribedPlan {
  readonly create: readonly DescribedStep[];
  readonly start: readonly DescribedStep[];
}

export type DescribedStep = {
  /** From 1; `start` goes on counting. */
  readonly step: number;
  readonly name: string;
  readonly actor: 'runtime' | 'stub' | 'userns' | 'init';
  /** JSON pointer of the field of config.json that asks for it. */
  readonly pointer: string;
} & ({ readonly calls: readonly DescribedCall[] } | { readonly does: readonly string[] });

/** A system call in words. */
export interface DescribedCall {
  readonly call: string;
  readonly args: readonly string[];
  readonly result?: string;
  readonly tolerates?: readonly string[] | 'all';
}

export class RuntimeError extends Error {
  readonly name: 'RuntimeError';
  readonly code: string;
  readonly details: {
    readonly pointer?: string;
    readonly hint?: string;
    readonly call?: string;
    readonly errno?: string;
    readonly findings?: readonly Finding[];
  };
}

/** One problem in a configuration file; lines and columns count from 1. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON pointer, RFC 6901. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
  readonly hint?: string;
}
