/**
 * Finds the lines and columns of what is wrong with a configuration. Imported only when there is an error: it
 * brings a second JSON parser, one that keeps positions.
 */

import { type Node, type ParseError, parse, parseTree } from 'jsonc-parser';
import { type Finding, RuntimeError } from '../errors/runtime-error.ts';
import { configError, type Origin, originOf, place, sentence, toFinding } from './invalid-config.ts';
import { MOST_LEVELS, tooDeepAt } from './nesting.ts';
import { nodeAt } from './node-at.ts';
import { type SyntaxProblem, syntaxProblem } from './syntax-problem.ts';
import { excerpt, positionOf } from './text-position.ts';

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/**
 * The same error with line and column in its message and in each of `details.findings`; for broken JSON also
 * with the line itself and a caret. Looks through the causes of an error; any other error comes back as it is.
 *
 * `loadConfig` and `loadProcess` throw errors without positions, so that success does not pay for them: call
 * this once, before the error is shown.
 */
export async function locate(error: RuntimeError): Promise<RuntimeError> {
  const origin = originOf(error);
  if (origin !== undefined) return origin.problems ? locateProblems(origin) : locateSyntax(origin, error);
  const { cause } = error.details;
  if (!(cause instanceof RuntimeError)) return error;
  const located = await locate(cause);
  if (located === cause) return error;
  const message = error.message.replace(cause.message, () => located.message);
  const findings = located.details.findings ?? [];
  return new RuntimeError(error.code, message, { ...error.details, cause: located, findings });
}

function locateProblems({ file, text, problems = [] }: Origin): RuntimeError {
  const tree = tryParseTree(text);
  const located = problems.map((problem) => ({
    problem,
    finding: toFinding(file, problem, positionOf(text, offsetOf(tree, problem.pointer))),
  }));
  located.sort((a, b) => a.finding.line - b.finding.line || a.finding.column - b.finding.column);
  return configError(
    file,
    located.map(({ problem }) => problem),
    located.map(({ finding }) => finding),
  );
}

/** Undefined where the nesting is too deep for the parser's recursion. */
function tryParseTree(text: string): Node | undefined {
  try {
    return parseTree(text, [], STRICT);
  } catch {
    return undefined;
  }
}

/** Of the value at `pointer`, or of the nearest object around what is missing. */
function offsetOf(tree: Node | undefined, pointer: string): number {
  return tree === undefined ? 0 : nodeAt(tree, pointer).node.offset;
}

function locateSyntax({ file, text }: Origin, error: RuntimeError): RuntimeError {
  const deep = tooDeepAt(text);
  // Before the parser: it recurses.
  if (deep !== undefined) return syntaxError(file, text, error, nestingProblem(deep));
  const errors: ParseError[] = [];
  try {
    parse(text, errors, STRICT);
  } catch {
    return error;
  }
  const [first] = errors;
  if (first === undefined) return error;
  return syntaxError(file, text, error, syntaxProblem(text, first));
}

function nestingProblem(offset: number): SyntaxProblem {
  const expected = `at most ${MOST_LEVELS} levels of nested arrays and objects`;
  return {
    pointer: '',
    offset,
    expected,
    found: 'one more',
    hint: 'no field is nested that deeply: remove it',
  };
}

function syntaxError(file: string, text: string, error: RuntimeError, problem: SyntaxProblem): RuntimeError {
  const position = positionOf(text, problem.offset);
  const finding: Finding = toFinding(file, problem, position);
  const message = `${place(finding)}: not valid JSON: ${sentence(finding)}\n${excerpt(text, position)}`;
  return new RuntimeError(error.code, message, { file, cause: error.details.cause, findings: [finding] });
}
