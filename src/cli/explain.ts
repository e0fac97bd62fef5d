/** Completes an error before it is printed. */
import type { RuntimeError } from '../errors/runtime-error.ts';
import { asRuntimeError } from '../log/error-report.ts';

/** Findings in a configuration get their line and column: looking them up is too slow to do it before. */
export async function explain(thrown: unknown): Promise<RuntimeError> {
  const error = asRuntimeError(thrown);
  if (error.code !== 'config') return error;
  try {
    const { locate } = await import('../spec/locate.ts');
    return await locate(error);
  } catch {
    return error;
  }
}
