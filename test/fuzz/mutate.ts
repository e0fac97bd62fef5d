/** Changes a valid configuration: values of it put elsewhere, odd ones, pieces taken out or repeated, bytes. */
import type { LooseConfig } from '../setup/base-config.ts';
import type { Random } from './random.ts';

/** Stand for text that JSON.stringify does not write. */
const RAW = '\u{F0000}';
const raw = (text: string) => `${RAW}${text}${RAW}`;

const strings = [
  ...[
    '',
    ' ',
    '/',
    '//',
    '.',
    '..',
    '/x',
    '/../x',
    'x',
    'X=',
    '=',
    'a:b',
    'ro',
    'rbind',
    'tmpfs',
    '\0',
    'x\0y',
    '\n',
  ],
  ...[
    '\u001b[2J',
    '\ud800',
    'é'.repeat(300),
    'x'.repeat(5000),
    '/x'.repeat(2100),
    '%s%n',
    '__proto__',
    'constructor',
  ],
  ...[
    'toString',
    'hasOwnProperty',
    'CAP_KILL',
    'cap_kill',
    'RLIMIT_CORE',
    'pid',
    'user',
    'size=',
    'mode=99',
    'uid=-1',
  ],
  ...['gid=4294967296', 'lowerdir=', 'NaN', 'null', '-1', '0x1', '1e400', '18446744073709551616'],
] as const;

const numbers = [
  ...[
    0,
    -0,
    1,
    -1,
    0.5,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 31),
    1e21,
    Number.MAX_VALUE,
  ],
] as const;

const raws = [
  '18446744073709551615',
  '18446744073709551616',
  '-9223372036854775809',
  '1e999',
  '-0',
  '1.0',
  `${'9'.repeat(400)}`,
];

const keys = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'x',
  'a/b',
  'a~1b',
  '\0',
  'type',
  'path',
  'options',
  '0',
] as const;

type Path = readonly (string | number)[];
type Container = Record<string | number, unknown>;

/** The text of a configuration in which something is different. */
export function mutated(valid: LooseConfig, random: Random): string {
  const config: LooseConfig = structuredClone(valid);
  const paths = pathsOf(config);
  for (let count = 1 + random.below(4); count > 0; count--)
    mutateOnce(config, random.pick(paths), paths, random);
  const text = textOf(config);
  return random.below(8) === 0 ? withOtherBytes(text, random) : text;
}

function mutateOnce(config: LooseConfig, path: Path, paths: readonly Path[], random: Random): void {
  const parent = at(config, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined || typeof parent !== 'object' || parent === null) return;
  const container = parent as Container;
  const value = container[key];
  const kind = random.below(8);
  if (kind === 0) takeOut(container, key);
  else if (kind === 1) repeat(container, key, random);
  else if (kind === 2) put(container, key, structuredClone(at(config, random.pick(paths))));
  else put(container, key, oddValue(value, random));
}

function takeOut(container: Container, key: string | number): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

function repeat(container: Container, key: string | number, random: Random): void {
  const copy = structuredClone(container[key]);
  if (Array.isArray(container)) container.splice(Number(key), 0, copy);
  else put(container, random.pick(keys), copy);
}

function oddValue(value: unknown, random: Random): unknown {
  const kind = random.below(8);
  if (kind === 0) return [value];
  if (kind === 1) return random.pick([null, true, false, {}, [], [null], [[]], { x: {} }]);
  if (kind === 2) return raw(random.pick(raws));
  return kind < 5 ? random.pick(numbers) : random.pick(strings);
}

/** Defined, not assigned: the key may be `__proto__`. */
function put(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
}

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Container)[key]
        : undefined,
    value,
  );
}

function textOf(config: unknown): string {
  const write = (_: string, value: unknown) => (typeof value === 'bigint' ? raw(String(value)) : value);
  return (JSON.stringify(config, write) ?? '').replaceAll(new RegExp(`"${RAW}(.*?)${RAW}"`, 'gu'), '$1');
}

const pieces = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  '\\ud800',
  '\0',
  '\u{feff}',
  'null',
  '1e9',
  '//',
  '\n',
  '-',
  ' ',
];

function withOtherBytes(text: string, random: Random): string {
  const place = random.below(text.length + 1);
  const rest = text.slice(place + random.below(6));
  return `${text.slice(0, place)}${random.pick(pieces)}${random.below(20) === 0 ? '' : rest}`;
}
