/** Reading config.json and process.json: parse, check the shape, check the meaning. */

import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Log, silentLog } from '../log/log.ts';
import { addUser } from './absent-user.ts';
import { type SchemaNode, schemaAt } from './expectation.ts';
import { brokenJson, invalidConfig } from './invalid-config.ts';
import { type Check, checkMeaning } from './meaning/check.ts';
import { configChecks, processChecks, resourcesChecks } from './meaning/checks.ts';
import { MOST_LEVELS, tooDeepAt } from './nesting.ts';
import { dropNulls } from './nulls.ts';
import { parseJson } from './parse-json.ts';
import { liftZeroPidsLimit } from './pids-limit.ts';
import type { Problem } from './problem.ts';
import { readText } from './read-text.ts';
import { shapeProblems } from './shape.ts';
import { correctSpelling, type Spelling } from './spelling.ts';
import type { Config, Process, Resources } from './types.ts';
import {
  schemaText,
  unnamed,
  type Validator,
  validateConfig,
  validateProcess,
  validateResources,
} from './validators.generated.js';
import { warn, warnOfSpelling } from './warnings.ts';

/** What is known about a kind of file. */
interface Kind<T> {
  readonly validator: Validator;
  /** JSON pointer, in the schema of config.json, of the schema of this file. */
  readonly schema: string;
  readonly checks: readonly Check<T>[];
  readonly missing: string;
}

const CONFIG: Kind<Config> = {
  validator: validateConfig,
  schema: '',
  checks: configChecks,
  missing: '"tsrun spec" writes one; give the directory that holds it with --bundle',
};

const PROCESS: Kind<Process> = {
  validator: validateProcess,
  schema: '/process',
  checks: processChecks,
  missing: 'give a file that holds what "process" holds in a config.json',
};

const RESOURCES: Kind<Resources> = {
  validator: validateResources,
  schema: '/linux/resources',
  checks: resourcesChecks,
  missing: 'give a file that holds what "linux.resources" holds in a config.json, or - for standard input',
};

/**
 * Reads a bundle's config.json.
 *
 * @param file shown in messages as it is given
 * @param log gets the warnings
 * @throws RuntimeError `config` with all `findings` at once; they have no
 *   positions yet: pass the error to `locate` (locate.ts) before showing it
 */
export function loadConfig(file: string, log: Log = silentLog): Config {
  const config = load(CONFIG, file, log);
  liftZeroPidsLimit(config);
  return config;
}

/** Reads a file for `exec --process`; otherwise as {@link loadConfig}. */
export function loadProcess(file: string, log: Log = silentLog): Process {
  return load(PROCESS, file, log);
}

/**
 * Reads resources for `update`; otherwise as {@link loadConfig}.
 *
 * @param text what was read where it is not a file's; `file` is then what it is called
 */
export function loadResources(
  file: string,
  log: Log = silentLog,
  text = readText(file, RESOURCES.missing),
): Resources {
  return take(RESOURCES, file, text, log);
}

function load<T>(kind: Kind<T>, file: string, log: Log): T {
  return take(kind, file, readText(file, kind.missing), log);
}

function take<T>(kind: Kind<T>, file: string, text: string, log: Log): T {
  return check(kind, parse(file, text), file, text, log);
}

function tooDeep(file: string, text: string): RuntimeError {
  return brokenJson(file, text, new Error(`nested more than ${MOST_LEVELS} levels deep`));
}

function parse(file: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    // JS runtimes recurse, and say in different ways that their stack is not enough.
    throw tooDeepAt(text) === undefined ? brokenJson(file, text, error) : tooDeep(file, text);
  }
}

function check<T>(kind: Kind<T>, parsed: unknown, file: string, text: string, log: Log): T {
  unnamed.found = false;
  const fits = kind.validator(parsed);
  // What the schema names, where it names it, is not nested deeply.
  if ((!fits || unnamed.found) && tooDeepAt(text) !== undefined) throw tooDeep(file, text);
  const spelling = unnamed.found ? correctSpelling(parsed, schemaOf(kind.schema)) : undefined;
  const value = spelling ? spelling.value : parsed;
  const errors = (spelling ? kind.validator(value) : fits) ? [] : shapeErrors(kind, value);
  const problems = [...errors, ...checkMeaning(kind.checks, value as T, text, errors)];
  if (problems.length === 0 && !spelling) return value as T;
  const written = spelling ? problems.map((problem) => asWritten(problem, spelling)) : problems;
  const fatal = written.filter((problem) => !problem.warning);
  if (fatal.length > 0) throw invalidConfig(file, text, fatal);
  for (const problem of written) warn(log, file, problem);
  if (spelling && spelling.warnings.length > 0) warnOfSpelling(log, file, text, spelling.warnings);
  return value as T;
}

function schemaOf(pointer: string): SchemaNode {
  return schemaAt(JSON.parse(schemaText) as SchemaNode, pointer);
}

function asWritten(problem: Problem, spelling: Spelling): Problem {
  return { ...problem, pointer: spelling.written(problem.pointer) };
}

/**
 * What is wrong with a value that does not fit. Null stands for an absent property to the Go and C runtimes, so engines
 * may write it: drop it. A process may have no user: give it one. Then look again.
 */
function shapeErrors<T>({ validator, schema }: Kind<T>, value: unknown): readonly Problem[] {
  const changed = [dropNulls(value), addUser(processOf(value, schema))];
  if (changed.includes(true) && validator(value)) return [];
  return shapeProblems(validator.errors ?? [], value, schema);
}

/** The value itself, or its property `process`. */
function processOf(value: unknown, schema: string): unknown {
  if (schema === '/process' || typeof value !== 'object' || value === null) return value;
  return Object.hasOwn(value, 'process') ? (value as { process: unknown }).process : undefined;
}
