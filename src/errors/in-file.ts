/** What an error's JSON pointer points into. */
import { RuntimeError } from './runtime-error.ts';

/** The same error, with the file that its pointer is in; any other as it is. */
export function inFile(error: unknown, file: string): unknown {
  if (!(error instanceof RuntimeError)) return error;
  const { details, code, message, stack } = error;
  if (!details.pointer || details.file !== undefined) return error;
  return Object.assign(new RuntimeError(code, message, { ...details, file }), { stack });
}
