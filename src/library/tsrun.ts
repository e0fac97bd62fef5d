/**
 * What programs import from the package `tsrun`: reading a configuration with all its checks, and the plan of a
 * container. Nothing here makes or changes a container. The types that come with the package are written by
 * scripts/package/declarations.ts.
 */
import { createOptions } from '../cli/commands/bundle-options.ts';
import { globalTable } from '../cli/global-options.ts';
import { runtimeFrom } from '../cli/runtime.ts';
import { version as packageVersion, SPEC_VERSION } from '../cli/version.ts';
import { plan as planOf } from '../container/plan.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { silentLog } from '../log/log.ts';
import { type DescribedPlan, describePlan } from '../plan/print.ts';
import { loadConfig as load } from '../spec/load.ts';
import { locate } from '../spec/locate.ts';
import type { Config } from '../spec/types.ts';

export { RuntimeError };

/** The version of the runtime specification that is implemented. */
export const specVersion = SPEC_VERSION;

export async function version(): Promise<string> {
  return packageVersion;
}

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
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const warnings: string[] = [];
  const log = { ...silentLog, warning: (message: string) => void warnings.push(message) };
  return located(async () => ({ config: load(file, log), warnings }));
}

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
export async function plan({
  id = 'container',
  root,
  overlayLower,
  ...options
}: PlanOptions): Promise<DescribedPlan> {
  const runtime = runtimeFrom({ ...globalTable.defaults, root }, silentLog);
  return located(async () =>
    describePlan(await planOf(runtime, createOptions(id, { ...options, 'overlay-lower': overlayLower }))),
  );
}

async function located<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RuntimeError ? await locate(error) : error;
  }
}
