/**
 * Compiles the schema of config.json (src/spec/schema) into src/spec/validators.generated.js: plain functions
 * without imports, so that nothing of ajv or TypeBox is loaded at run time. Run by the build:
 *
 *     node scripts/generate-validators.ts
 *
 * The file also carries the schema itself as a JSON string, which is read only to word an error.
 */

import { fileURLToPath } from 'node:url';
import type { KeywordCxt, Name } from 'ajv';
import { _, Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { transformSync } from 'esbuild';
import { Config } from '../src/spec/schema/config.ts';
import { Process } from '../src/spec/schema/process.ts';
import { Resources } from '../src/spec/schema/resources.ts';
import { writeIfChanged } from './write-if-changed.ts';

const FILE = fileURLToPath(new URL('../src/spec/validators.generated.js', import.meta.url));

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** The code of an integer of 64 bits: a number that is one, or the bigint that the parser gives beyond 2^53. */
function integer64(min: bigint, max: bigint) {
  // The number nearest to `max` is 2^63 or 2^64, one too large: hence `<`.
  const end = Number(max);
  return (cxt: KeywordCxt): void => {
    const data = cxt.data as Name;
    const fits = _`${data} >= ${Number(min)} && ${data} < ${end} && ${data} % 1 === 0`;
    const fitsBig = _`${data} >= BigInt(${String(min)}) && ${data} <= BigInt(${String(max)})`;
    cxt.pass(_`typeof ${data} == "number" ? ${fits} : typeof ${data} == "bigint" && ${fitsBig}`);
  };
}

/** The code of "one of these strings", which needs no table beside it. */
function oneOf(cxt: KeywordCxt): void {
  const values = cxt.schema as readonly string[];
  cxt.pass(
    values.map((value) => _`${cxt.data as Name} === ${value}`).reduce((all, one) => _`${all} || ${one}`),
  );
}

/** The code that notes a property which the schema does not name; spelling.ts then finds out what it may be. */
function named(cxt: KeywordCxt): void {
  const names = cxt.schema as readonly string[];
  const cases = names.map((name) => _`case ${name}:`).reduce((all, one) => _`${all}${one}`);
  const key = cxt.gen.name('key');
  cxt.gen.code(
    _`for (const ${key} in ${cxt.data as Name}) { switch (${key}) { ${cases} break; default: unnamed.found = true; } }`,
  );
}

type Schema = { readonly [key: string]: unknown };

/**
 * Gives each object and array of the schema a name and refers to it, so that it becomes a function of its own,
 * is there once, and is not even compiled by Node when a config.json has no such section.
 */
function share(ajv: Ajv, schema: unknown, seen: Map<string, string>): Schema {
  const node = schema as Schema;
  const shared = { ...node };
  if (node.properties !== undefined) {
    const entries = Object.entries(node.properties as Schema);
    shared.properties = Object.fromEntries(entries.map(([name, value]) => [name, share(ajv, value, seen)]));
    shared.named = Object.keys(node.properties as Schema);
  }
  for (const key of ['items', 'additionalProperties']) {
    if (node[key] !== undefined) shared[key] = share(ajv, node[key], seen);
  }
  if (node.type !== 'object' && node.type !== 'array') return shared;
  const text = JSON.stringify(shared);
  const id = seen.get(text) ?? `s${seen.size}`;
  if (!seen.has(text)) ajv.addSchema({ ...shared, $id: id });
  seen.set(text, id);
  return { $ref: id };
}

function compile(): string {
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    strict: false,
    inlineRefs: false,
    code: { source: true, esm: true, optimize: 2 },
  });
  ajv.addKeyword({ keyword: 'uint64', code: integer64(0n, UINT64_MAX) });
  ajv.addKeyword({ keyword: 'int64', code: integer64(INT64_MIN, INT64_MAX) });
  ajv.addKeyword({ keyword: 'choice', code: oneOf });
  ajv.addKeyword({ keyword: 'named', type: 'object', code: named });
  const seen = new Map<string, string>();
  const validateConfig = share(ajv, Config, seen).$ref as string;
  const validateProcess = share(ajv, Process, seen).$ref as string;
  const validateResources = share(ajv, Resources, seen).$ref as string;
  return standalone.default(ajv, { validateConfig, validateProcess, validateResources });
}

/** How ajv notes an error, minified: 300 times, and most of the code. */
const NOTE =
  /const (\w+)=\{instancePath:([^{}]*?),schemaPath:"[^"]*",keyword:"(\w+)",params:\{([^{}]*)\}\};(\w+)===null\?\5=\[\1\]:\5\.push\(\1\),(\w+)\+\+/g;

const NOTE_FUNCTION = `function note(errors,instancePath,keyword,missingProperty){
  const error={instancePath,keyword,params:{missingProperty}};
  if(errors===null)return [error];
  errors.push(error);
  return errors;
}`;

/** Calls a function for each error in place of making it on the spot: a third of the code. */
function shorten(code: string): string {
  const short = code.replace(NOTE, (_all, _error, path, keyword, params: string, errors, count) => {
    const missing = /^missingProperty:(.*)$/.exec(params)?.[1];
    return `${errors}=note(${errors},${path},"${keyword}"${missing ? `,${missing}` : ''}),${count}++`;
  });
  if (short.includes('schemaPath')) throw new Error('ajv words its errors differently: adapt NOTE');
  return `${short}${NOTE_FUNCTION}`;
}

/** What ajv has each validator know of its place, of which ours use the path. */
const PARAMETERS = /\{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}/g;
const ARGUMENTS = /\{instancePath:([^{}]*?),parentData:[^{}]*?,parentDataProperty:[^{}]*?,rootData\}/g;

/** Hands over the path alone: an object less for each value, and a seventh of the code. */
function slim(code: string): string {
  const slimmer = code.replace(PARAMETERS, 'instancePath=""').replace(ARGUMENTS, '$1');
  if (slimmer.includes('rootData')) throw new Error('ajv passes places on differently: adapt PARAMETERS');
  return slimmer;
}

function generate(): string {
  const code = slim(compile());
  if (/\brequire\(|^import /m.test(code))
    throw new Error('the generated validators must not import anything');
  const schema = JSON.stringify(JSON.stringify(Config));
  const small = transformSync(code, { minify: true, treeShaking: true, format: 'esm' }).code;
  return [
    '// Generated by scripts/generate-validators.ts from src/spec/schema. Do not edit.',
    shorten(small),
    'export const unnamed = { found: false };',
    `export const schemaText = ${schema};`,
    '',
  ].join('\n');
}

writeIfChanged(FILE, generate());
