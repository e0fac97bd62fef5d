/** Turns what the compiled validators say into problems with words and hints. */

import { nearest } from './did-you-mean.ts';
import { correction, expectation, type SchemaNode, schemaAt } from './expectation.ts';
import { child, valueAt } from './pointer.ts';
import { inWords, type Problem } from './problem.ts';
import { type ShapeError, schemaText } from './validators.generated.js';

/** What to write for a property that must be there. */
const EXAMPLES: Readonly<Record<string, string>> = {
  ociVersion: '"1.3.0"',
  root: '{"path": "rootfs"}',
  process: '{"user": {"uid": 0, "gid": 0}, "args": ["sh"], "cwd": "/"}',
  user: '{"uid": 0, "gid": 0}',
  args: '["sh"]',
  cwd: '"/"',
  uid: '0',
  gid: '0',
};

/** So many names are shown in any case. */
const SHORT_LIST = 8;

/**
 * All that the validator says, once per place.
 *
 * @param at JSON pointer, in the schema of config.json, of the schema of `subject`
 */
export function shapeProblems(errors: readonly ShapeError[], subject: unknown, at: string): Problem[] {
  const schema = JSON.parse(schemaText) as SchemaNode;
  const root = schemaAt(schema, at);
  const problems = new Map<string, Problem>();
  for (const error of errors) {
    const problem = shapeProblem(error, subject, root);
    if (!problems.has(problem.pointer)) problems.set(problem.pointer, problem);
  }
  return [...problems.values()];
}

function shapeProblem(error: ShapeError, subject: unknown, root: SchemaNode): Problem {
  const { instancePath, params } = error;
  if (params.missingProperty !== undefined) {
    return missing(instancePath, params.missingProperty, subject, root);
  }
  const node = schemaAt(root, instancePath);
  const value = valueAt(subject, instancePath);
  if (error.keyword === 'minItems') {
    return { pointer: instancePath, expected: `${expectation(node)}, not empty`, found: 'an empty one' };
  }
  const hint = correction(node, value);
  return withHint({ pointer: instancePath, expected: names(node, hint), found: inWords(value) }, hint);
}

/** A long list of names helps only where there is no better hint. */
function names(node: SchemaNode, hint: string | undefined): string {
  const count = node.choice?.length ?? 0;
  return hint !== undefined && count > SHORT_LIST ? `one of the ${count} known names` : expectation(node);
}

function missing(parent: string, name: string, subject: unknown, root: SchemaNode): Problem {
  const pointer = child(parent, name);
  const expected = expectation(schemaAt(root, pointer));
  const hint = misspelled(valueAt(subject, parent), name, schemaAt(root, parent)) ?? example(name);
  return withHint({ pointer, expected, found: 'no such property' }, hint);
}

/** An unknown property of the same object that looks like the missing one. */
function misspelled(parent: unknown, name: string, node: SchemaNode): string | undefined {
  if (typeof parent !== 'object' || parent === null) return undefined;
  const unknown = Object.keys(parent).filter((key) => !Object.hasOwn(node.properties ?? {}, key));
  const slip = nearest(name, unknown);
  return slip === undefined ? undefined : `did you mean "${name}" where it says ${JSON.stringify(slip)}?`;
}

function example(name: string): string | undefined {
  return Object.hasOwn(EXAMPLES, name) ? `add "${name}": ${EXAMPLES[name]}` : undefined;
}

function withHint(problem: Problem, hint: string | undefined): Problem {
  return hint === undefined ? problem : { ...problem, hint };
}
