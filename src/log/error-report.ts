/** What is said about an error: one line for people, and fields for programs. */
import { type Finding, RuntimeError } from '../errors/runtime-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Anything thrown, as the project's error. What nobody expected becomes `internal`. */
export function asRuntimeError(thrown: unknown): RuntimeError {
  if (thrown instanceof RuntimeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RuntimeError('internal', `internal error: ${message}`, {
    cause: thrown,
    hint: 'this is a bug in tsrun; --debug shows where it happened',
  });
}

/** The message, with those of its causes that it does not repeat already, on one line. */
export function errorMessage(error: RuntimeError): string {
  let text = error.message;
  for (const cause of causes(error)) {
    if (!text.includes(cause.message)) text += `: ${cause.message}`;
  }
  const [first, ...others] = error.details.findings ?? [];
  if (first !== undefined && !text.includes(first.expected)) {
    text += `: ${findingText(first)}`;
    if (others.length > 0) text += ` (and ${others.length} more)`;
  }
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** `config.json:12:5: /process/args: expected array of strings, found string "sh"`. */
export function findingText({ file, line, column, pointer, expected, found }: Finding): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file;
  return `${place}: ${pointer === '' ? '' : `${pointer}: `}expected ${expected}, found ${found}`;
}

/** What goes beside the message in the log. Fields that are not known are left out. */
export function errorFields(error: RuntimeError): Fields {
  const { pointer, file, hint, step, call, errno, findings } = error.details;
  return { code: error.code, pointer, file, hint, step, call, errno, findings };
}

/** The stack of the error and of each of its causes; for `--debug` only. */
export function stacks(error: RuntimeError): string {
  return [error, ...causes(error)].map((each) => each.stack ?? each.message).join('\ncaused by: ');
}

function causes(error: Error): Error[] {
  const found: Error[] = [];
  // The bound keeps a circle of causes from hanging the last thing that runs.
  for (let cause = error.cause; cause instanceof Error && found.length < 16; cause = cause.cause)
    found.push(cause);
  return found;
}
