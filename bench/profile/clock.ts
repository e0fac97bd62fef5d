/**
 * Goes into the measured program in front of everything: keeps, per part of the program, the time spent in its
 * functions and not in those they call, and writes it down at the end. No part of what is shipped.
 */
import { writeFileSync } from 'node:fs';

interface Account {
  calls: number;
  /** Milliseconds, without those of instrumented functions called from there. */
  own: number;
}

export interface ProfileRecord {
  /** Milliseconds since the epoch: when the first line ran, and when the program asked for its end. */
  readonly began: number;
  readonly ended: number;
  readonly accounts: Readonly<Record<string, Account>>;
}

const now = () => performance.timeOrigin + performance.now();
const began = now();
const accounts: Record<string, Account> = {};
/** The functions we are in: what their callees took. */
const below: number[] = [];

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function account(name: string): Account {
  accounts[name] ??= { calls: 0, own: 0 };
  return accounts[name];
}

/** System calls are told apart by their name: waiting is another thing than working. */
const BY_CALL = 'kernel/local.ts attempt';

/** The same function, with its time booked on `name`. */
export function measured(name: string, original: AnyFunction): AnyFunction {
  return function (...args) {
    const start = performance.now();
    below.push(0);
    try {
      return original.apply(this, args);
    } finally {
      const took = performance.now() - start;
      const own = took - (below.pop() ?? 0);
      const booked = account(name === BY_CALL ? `${name}:${(args[0] as { name: string }).name}` : name);
      booked.calls += 1;
      booked.own += own;
      if (below.length > 0) below[below.length - 1] = (below.at(-1) ?? 0) + took;
    }
  };
}

/** The methods of a class, in place. */
export function measuredClass(name: string, { prototype }: { prototype: object }): void {
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, key);
    if (key === 'constructor' || typeof property?.value !== 'function') continue;
    const value = measured(`${name}.${key}`, property.value);
    Object.defineProperty(prototype, key, { ...property, value });
  }
}

function save(): void {
  const file = process.env.TSRUN_PROFILE;
  if (file) writeFileSync(file, JSON.stringify({ began, ended: now(), accounts } satisfies ProfileRecord));
}

process.on('exit', save);
