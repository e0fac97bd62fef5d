/**
 * The error for a configuration that cannot be used. It is made without looking for lines and columns, which
 * takes a second parser; `locate` (locate.ts) adds them before the error is shown.
 */

import { type Finding, RuntimeError } from '../errors/runtime-error.ts';
import type { Problem } from './problem.ts';

/** Where nothing was looked for yet. */
const NOWHERE = { line: 0, column: 0 };

/** What `locate` needs to know of an error; held beside it, so that no log ever prints a whole config. */
export interface Origin {
  readonly file: string;
  readonly text: string;
  /** Absent: the text is not JSON. */
  readonly problems?: readonly Problem[];
}

const origins = new WeakMap<RuntimeError, Origin>();

/** Of an error made here; undefined for any other. */
export function originOf(error: RuntimeError): Origin | undefined {
  return origins.get(error);
}

/** For text that is JSON, but not a configuration we can use. */
export function invalidConfig(file: string, text: string, problems: readonly Problem[]): RuntimeError {
  const findings = problems.map((problem) => toFinding(file, problem, NOWHERE));
  const error = configError(file, problems, findings);
  origins.set(error, { file, text, problems });
  return error;
}

/** For text that is not JSON. */
export function brokenJson(file: string, text: string, cause: unknown): RuntimeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const finding: Finding = { file, ...NOWHERE, pointer: '', expected: 'JSON', found: reason };
  const error = new RuntimeError('config', `${file}: not valid JSON: ${reason}`, {
    cause,
    file,
    findings: [finding],
  });
  origins.set(error, { file, text });
  return error;
}

/** The error that says all findings at once; they stand in the order of `problems`. */
export function configError(
  file: string,
  problems: readonly Problem[],
  findings: readonly Finding[],
): RuntimeError {
  const lines = findings.map(
    (finding, index) => `${place(finding)}: ${sentence(problems[index] ?? finding)}`,
  );
  const [only] = lines;
  if (only !== undefined && lines.length === 1) return new RuntimeError('config', only, { file, findings });
  const message = [`${file} has ${lines.length} problems:`, ...lines.map((line) => `  ${line}`)].join('\n');
  return new RuntimeError('config', message, { file, findings });
}

/** `config.json:12:13`, or only the file while the place is not known. */
export function place(finding: Finding): string {
  return finding.line === 0 ? finding.file : `${finding.file}:${finding.line}:${finding.column}`;
}

/** `/process/args: expected an array of strings, found the string "sh"; write ["sh"]` */
export function sentence(problem: Problem | Finding): string {
  const hint = problem.hint === undefined ? '' : `; ${problem.hint}`;
  // A key may hold what would steer a terminal.
  const pointer = problem.pointer.replace(/\p{Cc}/gu, '\uFFFD');
  const subject = pointer === '' ? '' : `${pointer}: `;
  return `${subject}expected ${problem.expected}, found ${problem.found}${hint}`;
}

export function toFinding(
  file: string,
  problem: Problem,
  position: { readonly line: number; readonly column: number },
): Finding {
  const { pointer, found, expected, hint } = problem;
  const { line, column } = position;
  const finding = { file, line, column, pointer, found, expected };
  return hint === undefined ? finding : { ...finding, hint };
}
