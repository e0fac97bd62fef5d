/** From the text of an option to its value. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Option, OptionValue } from './option.ts';

/** What Go's `strconv.ParseBool` takes: engines print flags with it. */
export const FLAG_WORDS = {
  bare: 'true',
  yes: ['true', '1', 't', 'T', 'TRUE', 'True'],
  no: ['false', '0', 'f', 'F', 'FALSE', 'False'],
} as const;

const LARGEST_NUMBER = 0xffff_ffff;

/** @throws RuntimeError `usage` */
export function convert(option: Option, text: string): OptionValue {
  switch (option.type) {
    case 'flag':
      return flag(option, text);
    case 'number':
      return number(option, text);
    case 'text':
      return choice(option.name, option.choices, text);
    case 'list':
      return [text];
  }
}

/** Checks that a word is one of those allowed. */
export function choice(name: string, choices: readonly string[] | undefined, text: string): string {
  if (choices === undefined || choices.includes(text)) return text;
  throw new RuntimeError('usage', `invalid ${name}: ${text}`, { hint: `use one of: ${choices.join(', ')}` });
}

function flag(option: Option, text: string): boolean {
  if (FLAG_WORDS.yes.some((word) => word === text)) return true;
  if (FLAG_WORDS.no.some((word) => word === text)) return false;
  throw new RuntimeError('usage', `invalid value "${text}" for --${option.name}`, {
    hint: 'use true or false',
  });
}

function number(option: Option, text: string): number {
  const value = decimal(text);
  if (value !== undefined && value <= LARGEST_NUMBER) return value;
  throw new RuntimeError('usage', `invalid value "${text}" for --${option.name}`, {
    hint: 'use a whole number, 0 or more',
  });
}

/** Digits and nothing else; `Number()` would take `''`, `0x10`, `1e3` and ` 1`. */
export function decimal(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  return Number(text);
}
