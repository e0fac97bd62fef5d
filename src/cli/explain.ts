/** Completes an error before it is printed. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { asRuntimeError, causes } from '../log/error-report.ts';

/** Findings in a configuration get their line and column: looking them up is too slow to do it before. */
export async function explain(thrown: unknown): Promise<RuntimeError> {
  const error = asRuntimeError(thrown);
  try {
    if (error.details.pointer && error.details.file) return await withPlace(error);
    if (![error, ...causes(error)].some(isAboutConfig)) return error;
    const { locate } = await import('../spec/locate.ts');
    return await locate(error);
  } catch {
    // The error as it is says more than one about looking for its place.
    return error;
  }
}

/** Of the field that was to blame for something that the execution found out. */
async function withPlace(error: RuntimeError): Promise<RuntimeError> {
  const { code, message, stack, details } = error;
  const { placeOf } = await import('../spec/place-of.ts');
  const place = placeOf(details.file ?? '', details.pointer ?? '');
  return Object.assign(new RuntimeError(code, message, { ...details, ...place }), { stack });
}

function isAboutConfig(error: Error): boolean {
  return error instanceof RuntimeError && (error.code === 'config' || error.code === 'unsupported');
}
