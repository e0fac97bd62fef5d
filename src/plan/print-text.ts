/** A step of the printed plan: a line with who does it and what it is called, then what is called. */
import { type Description, ending, tolerance } from '../kernel/recording.ts';
import type { DescribedStep } from './print.ts';

const WIDTH = 110;
const INDENT = '       ';
/** Where an argument list is continued. */
const DEEPER = `${INDENT}    `;

export function stepLines(step: DescribedStep): string[] {
  const number = String(step.step).padStart(3);
  const pointer = step.pointer === '' ? '' : `  [${step.pointer}]`;
  const heading = `${number}. ${step.actor.padEnd(7)} ${step.name}${pointer}`;
  const body = 'does' in step ? step.does.map((what) => `${INDENT}${what}`) : callLines(step.calls);
  return ['', heading, ...body];
}

function callLines(calls: readonly Description[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < calls.length; ) {
    const alike = countAlike(calls, at);
    const these = calls.slice(at, at + alike);
    if (alike > 3) lines.push(...foldedLines(these));
    else for (const one of these) lines.push(...oneCall(one));
    at += alike;
  }
  return lines;
}

/** How many prctl(2) from here on differ in the same one argument. */
function countAlike(calls: readonly Description[], from: number): number {
  const first = calls[from] as Description;
  const second = calls[from + 1];
  if (first.call !== 'prctl' || second === undefined) return 1;
  const key = keyWithout(differingArgument(first, second));
  const end = calls.findIndex((call, index) => index > from && key(call) !== key(first));
  return (end === -1 ? calls.length : end) - from;
}

function differingArgument({ args }: Description, other: Description): number {
  return args.findIndex((arg, index) => other.args[index] !== arg);
}

function keyWithout(position: number): (description: Description) => string {
  return ({ call, args, tolerates }) =>
    JSON.stringify([call, args.map((arg, index) => (index === position ? '' : arg)), tolerates]);
}

/** The one argument that differs is listed below. */
function foldedLines(calls: readonly Description[]): string[] {
  const [first, second] = calls as [Description, Description];
  const { call, args, tolerates } = first;
  const varying = differingArgument(first, second);
  const heading = `${INDENT}${call}(${args.with(varying, '…').join(', ')}) for each of ${calls.length}:`;
  return [heading + tolerance(tolerates), ...wrap(calls.map((each) => each.args[varying] ?? ''))];
}

/** Broken between arguments where it is too long; an argument is never cut. */
function oneCall(description: Description): string[] {
  const { call, args } = description;
  const end = ending(description);
  const [first = '', ...rest] = args.map((arg, index) => arg + (index < args.length - 1 ? ',' : end));
  return wrap(rest, `${INDENT}${call}(${args.length === 0 ? end : first}`);
}

/** @param start the first line, which the words continue */
function wrap(words: readonly string[], start?: string): string[] {
  const lines = start === undefined ? [] : [start];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(DEEPER + word);
  }
  return lines;
}
