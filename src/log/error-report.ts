/** What is said about an error: one line for people, and fields for programs. */
import { RuntimeError } from '../errors/runtime-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface ErrorText {
  /** The error on one line. */
  readonly headline: string;
  /** What else its message says: all problems of a configuration, a piece of it. */
  readonly others: readonly string[];
}

/** A circle of causes must not hang the last thing that runs. */
const MOST_CAUSES = 16;

/** Anything thrown, as the project's error. What nobody expected becomes `internal`. */
export function asRuntimeError(thrown: unknown): RuntimeError {
  if (thrown instanceof RuntimeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // What the system has refused is no bug: the words say the call and the path.
  if (isSystemError(thrown)) {
    const { code, syscall } = thrown;
    return new RuntimeError('system', message, { cause: thrown, errno: code, call: syscall });
  }
  return new RuntimeError('internal', `internal error: ${message}`, {
    cause: thrown,
    hint: 'this is a bug in tsrun; --debug shows where it happened',
  });
}

/** As node:fs and kernel/file-system.ts throw it. */
function isSystemError(thrown: unknown): thrown is Error & { code: string; syscall: string } {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    'syscall' in thrown &&
    typeof thrown.syscall === 'string'
  );
}

/** The message, with those of its causes that it does not repeat already. */
export function errorText(error: RuntimeError): ErrorText {
  const message = error.code === 'internal' ? oneLine(error.message) : error.message;
  const [first = '', ...others] = message.trim().split('\n');
  const headline = withCauses(first.endsWith(':') ? complete(first, others) : first, error);
  return { headline: oneLine(headline), others };
}

/** What goes beside the message in the log. Fields that are not known are left out. */
export function errorFields(error: RuntimeError): Fields {
  const { file, step, call, errno, findings } = error.details;
  // Readers that know nothing of findings are told of the first one, as in the headline.
  const { pointer, line, column, hint } = error.details.pointer
    ? error.details
    : (findings?.[0] ?? error.details);
  return { code: error.code, pointer, file, line, column, hint, step, call, errno, findings };
}

/** The field that is to blame, where the message does not say it: `config.json:12:5 (/mounts/3/source)`. */
export function blamed({ details }: RuntimeError): string | undefined {
  const { pointer, file, line, column } = details;
  if (!pointer) return undefined;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return place === undefined ? pointer : `${place} (${pointer})`;
}

/** The stack of the error and of each of its causes; for `--debug` only. */
export function stacks(error: RuntimeError): string {
  return [error, ...causes(error)].map(stackOf).join('\ncaused by: ');
}

/** QuickJS's stacks do not begin with the message. */
function stackOf(error: Error): string {
  const { stack = '' } = error;
  return stack.startsWith(error.name) ? stack : `${error}\n${stack}`.trimEnd();
}

/** The errors that an error comes from, the nearest first. */
export function causes(error: Error): Error[] {
  const found: Error[] = [];
  for (let { cause } = error; cause instanceof Error && found.length < MOST_CAUSES; cause = cause.cause) {
    found.push(cause);
  }
  return found;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

/** A headline that announces a list takes the first of it along: readers of one line see no more. */
function complete(announcement: string, list: readonly string[]): string {
  const [first, ...more] = list;
  if (first === undefined) return announcement;
  return `${announcement} ${first.trim()}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}

function withCauses(headline: string, error: RuntimeError): string {
  let text = headline;
  // A configuration's error says all; beneath it is only the parser's own.
  if (error.code === 'config' || error.code === 'unsupported') return text;
  for (const cause of causes(error)) {
    if (!isSaid(cause, error.message + text)) text += `: ${causeText(cause)}`;
    if (cause instanceof RuntimeError && cause.code === 'config') break;
  }
  return text;
}

function isSaid(cause: Error, text: string): boolean {
  return (
    text.includes(cause.message) || ('errno' in cause && 'code' in cause && text.includes(String(cause.code)))
  );
}

/** Node's `ENOENT: no such file or directory, open '/x'` in the form of this project's messages. */
export function causeText(cause: Error): string {
  const [, code, meaning, call] = /^(E[A-Z0-9]+): (.*), (\w+)(?: |$)/s.exec(cause.message) ?? [];
  return code === undefined ? cause.message : `${call}: ${code} (${meaning})`;
}
