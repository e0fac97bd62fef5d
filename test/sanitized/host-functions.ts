/**
 * A program in QuickJS that calls the functions of src/native/host.c: `host-functions CALLS OUTCOMES` reads calls from a
 * file, and writes what comes of them to another one. host-functions.test.ts knows what has to come.
 */
import { endProcess } from '../../src/kernel/end-process.ts';
import { readFileSync, writeFileSync } from '../../src/kernel/file-system.ts';
import { type Call, decoded, type Outcome, outcomeOf } from './coding.ts';

globalThis.program = () => {
  const [calls = '', outcomes = ''] = host.arguments();
  const all: readonly Call[] = JSON.parse(readFileSync(calls, 'utf8'));
  writeFileSync(outcomes, JSON.stringify(all.map(perform)));
  endProcess(0);
};

function perform([name, ...args]: Call): Outcome {
  const values = args.map(decoded);
  try {
    const called = host[name] as (...values: readonly unknown[]) => unknown;
    return outcomeOf(called(...values), values);
  } catch (error) {
    return { error: (error as Error).name };
  }
}
