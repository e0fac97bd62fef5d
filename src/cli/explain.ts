/** Completes an error before it is printed. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { asRuntimeError, causes } from '../log/error-report.ts';

/** Findings in a configuration get their line and column: looking them up is too slow to do it before. */
export async function explain(thrown: unknown): Promise<RuntimeError> {
  const error = asRuntimeError(thrown);
  if (![error, ...causes(error)].some(isAboutConfig)) return error;
  try {
    const { locate } = await import('../spec/locate.ts');
    return await locate(error);
  } catch {
    // The error as it is says more than one about looking for its place.
    return error;
  }
}

function isAboutConfig(error: Error): boolean {
  return error instanceof RuntimeError && (error.code === 'config' || error.code === 'unsupported');
}
