/** The text format of GVariant (GLib), as far as unit properties need it: no maybes, no dictionaries. */
import {
  type BusValue,
  type BusVariant,
  completeTypes,
  innerSignature,
  isCompleteType,
} from '../../dbus/signature.ts';
import { isText } from '../../dbus/writer.ts';

const keywords: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
  objectpath: 'o',
  signature: 'g',
};

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const TOKEN =
  /\s*(?:(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|@(?<type>[a-z(){}]+)|(?<number>[-+]?(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+))|(?<word>[a-z]\w*)|(?<mark>[[\]()<>,]))/iy;

/** @returns undefined for a text that is no value */
export function parseVariant(text: string): BusVariant | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const parser = new Parser(tokens);
  const value = parser.value(undefined);
  return parser.isAtEnd && value && isCompleteType(value.signature) ? value : undefined;
}

type Token = Readonly<Record<'string' | 'type' | 'number' | 'word' | 'mark', string | undefined>>;

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    tokens.push(match.groups as Token);
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** @param type that it has to be; undefined for the one that it looks like */
  value(type: string | undefined): BusVariant | undefined {
    const token = this.#tokens[this.#at++];
    if (token?.type !== undefined) return this.value(token.type);
    const keyword = keywords[token?.word ?? ''];
    if (keyword !== undefined) return this.value(keyword);
    if (token?.string !== undefined) return typed(type ?? 's', unquote(token.string));
    if (token?.number !== undefined) return numberOf(type, token.number);
    if (token?.word === 'true' || token?.word === 'false') return typed(type ?? 'b', token.word === 'true');
    if (token?.mark === '[') return this.#array(type);
    if (token?.mark === '(') return this.#tuple(type);
    return token?.mark === '<' ? this.#variant() : undefined;
  }

  #array(type: string | undefined): BusVariant | undefined {
    if (type !== undefined && !type.startsWith('a')) return undefined;
    let inner = type && innerSignature(type);
    const values = this.#list(']', () => {
      const one = this.value(inner);
      inner ??= one?.signature;
      return one;
    });
    // What is in an empty one, nobody can tell.
    return values && inner !== undefined ? { signature: `a${inner}`, value: values } : undefined;
  }

  #tuple(type: string | undefined): BusVariant | undefined {
    const wanted = type === undefined ? [] : completeTypes(innerSignature(type));
    const types: string[] = [];
    const values = this.#list(')', () => {
      const one = this.value(wanted[types.length]);
      if (one) types.push(one.signature);
      return one;
    });
    return values && { signature: `(${types.join('')})`, value: values };
  }

  #variant(): BusVariant | undefined {
    const value = this.value(undefined);
    return value && this.#tokens[this.#at++]?.mark === '>' ? { signature: 'v', value } : undefined;
  }

  /** Up to the closing mark, which is taken. */
  #list(closing: string, one: () => BusVariant | undefined): BusValue[] | undefined {
    const values: BusValue[] = [];
    while (this.#tokens[this.#at]?.mark !== closing) {
      if (values.length > 0 && this.#tokens[this.#at++]?.mark !== ',') return undefined;
      const value = one();
      if (!value) return undefined;
      values.push(value.value);
    }
    this.#at++;
    return values;
  }
}

function isTextType(signature: string): boolean {
  return signature === 's' || signature === 'o' || signature === 'g';
}

function typed(signature: string, value: string | boolean): BusVariant | undefined {
  const fits =
    typeof value === 'boolean' ? signature === 'b' : isTextType(signature) && isText(signature, value);
  return fits ? { signature, value } : undefined;
}

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  y: [0n, 255n],
  n: [-(2n ** 15n), 2n ** 15n - 1n],
  q: [0n, 2n ** 16n - 1n],
  i: [-(2n ** 31n), 2n ** 31n - 1n],
  u: [0n, 2n ** 32n - 1n],
  x: [-(2n ** 63n), 2n ** 63n - 1n],
  t: [0n, 2n ** 64n - 1n],
};

function numberOf(type: string | undefined, text: string): BusVariant | undefined {
  const isInteger = /^[-+]?(?:0x[\da-f]+|\d+)$/i.test(text);
  const signature = type ?? (isInteger ? 'i' : 'd');
  if (signature === 'd') return { signature, value: Number(text) };
  const range = ranges[signature];
  if (!isInteger || !range) return undefined;
  const digits = text.replace(/^[-+]/, '');
  const value = BigInt(digits) * (text.startsWith('-') ? -1n : 1n);
  return value < range[0] || value > range[1] ? undefined : { signature, value };
}

function unquote(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g, (_, short?: string, long?: string, one = '') => {
      const code = short ?? long;
      return code === undefined ? (escapes[one] ?? one) : String.fromCodePoint(Number.parseInt(code, 16));
    });
}
